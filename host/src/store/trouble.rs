//! What the machine under the store may lack, told by the errors that it leads to.

use std::error::Error;
use std::io;

/// `ENFILE` and `EMFILE`, of the system and of the process; Windows has one number.
const TOO_MANY_FILES: &[i32] = if cfg!(windows) { &[4] } else { &[23, 24] };

/// What the machine lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Descriptors: too many files and connections are open at once.
    TooManyFiles,
}

impl Trouble {
    /// What an error comes from, through all of its causes; `None` when it is something else.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let told = error.downcast_ref().and_then(Self::of_io);
        told.or_else(|| error.source().and_then(Self::of))
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        if let Some(inner) = error.get_ref() {
            return Self::of(inner);
        }
        match error.raw_os_error()? {
            number if TOO_MANY_FILES.contains(&number) => Some(Self::TooManyFiles),
            _ => None,
        }
    }
}
