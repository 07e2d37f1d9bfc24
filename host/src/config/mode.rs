//! The mode of the data folder, as `chmod` has it.

use std::fmt;
use std::str::FromStr;

/// Rights of the owner, of the group and of everybody else; files get the same without the right to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataMode(u32);

impl DataMode {
    /// As a number.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl Default for DataMode {
    /// The owner alone.
    fn default() -> Self {
        Self(0o700)
    }
}

impl FromStr for DataMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mode = u32::from_str_radix(text, 8).ok();
        let is_usable = |mode: &u32| *mode <= 0o777 && *mode & 0o700 == 0o700;
        let mode = mode.filter(|mode| text.len() <= 4 && is_usable(mode));
        mode.map(Self)
            .ok_or("must be octal digits in which the owner may do everything, 0700 to 0777")
    }
}

impl fmt::Display for DataMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}
