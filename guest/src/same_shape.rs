//! `From` between types of the same shape: the library's own, and those that bindings generate from WIT on either side
//! of the sandbox. One macro, and nothing else.

/// Implements `From` for enums of the same cases and structs of the same fields, each value converted.
///
/// A case that has another name on the other side is `Case => Other`, one with a value is `Case(value)`. The fields of
/// a struct come in this order: plain ones, after `optional` those that may be missing, after `lists` lists.
#[doc(hidden)]
#[macro_export]
macro_rules! same_shape {
    (enum $from:ty => $to:ty { $($case:ident $(($value:ident))? $(=> $other:ident)?),* $(,)? }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                type Source = $from;
                match value {
                    $(Source::$case $(($value))? => $crate::same_shape!(@case [$case $($other)?] $($value)?)),*
                }
            }
        }
    };
    (struct $from:ty => $to:ty {
        $($field:ident),* $(,)?
        $(; optional $($optional:ident),*)?
        $(; lists $($list:ident),*)?
    }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                Self {
                    $($field: value.$field.into(),)*
                    $($($optional: value.$optional.map(Into::into),)*)?
                    $($($list: value.$list.into_iter().map(Into::into).collect(),)*)?
                }
            }
        }
    };
    (@case [$case:ident]) => { Self::$case };
    (@case [$case:ident $other:ident]) => { Self::$other };
    (@case [$case:ident] $value:ident) => { Self::$case($value.into()) };
}
