//! The contract of the component as text, for those who write programs or components of their own.

/// The package `vismatch:pipeline`, all files of `wit/` as one.
pub const WIT: &str = concat!(
    include_str!("../../../wit/types.wit"),
    "\n",
    include_str!("../../../wit/hashing.wit"),
    "\n",
    include_str!("../../../wit/comparison.wit"),
    "\n",
    include_str!("../../../wit/rendering.wit"),
    "\n",
    include_str!("../../../wit/pipeline.wit"),
    "\n",
    include_str!("../../../wit/about.wit"),
    "\n",
    include_str!("../../../wit/fingerprinting.wit"),
    "\n",
    include_str!("../../../wit/world.wit"),
);
