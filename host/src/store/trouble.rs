//! What the machine under the store may lack, told by the errors that it leads to.

use std::error::Error;
use std::io;

use sea_orm::DbErr;
use thiserror::Error;

use super::StoreError;
use super::sqlite_errors::{code, extended_code, primary_code};

/// What the machine lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// Descriptors: too many files and connections are open at once.
    #[error("the server has too many files open")]
    TooManyFiles,
    /// Room for data.
    #[error("the disk of the data folder is full")]
    DiskFull,
    /// A disk that can be written to.
    #[error("the data folder is read-only")]
    ReadOnly,
    /// A permission.
    #[error("the system refuses access to the data folder")]
    Refused,
}

/// `ENFILE` and `EMFILE`, of the system and of the process; Windows has one number.
const TOO_MANY_FILES: &[i32] = if cfg!(windows) { &[4] } else { &[23, 24] };

impl Trouble {
    /// What an error comes from, through all of its causes; `None` when it is something else.
    pub fn new(error: &(dyn Error + 'static)) -> Option<Self> {
        let told = Self::of_itself(error);
        told.or_else(|| error.source().and_then(Self::new))
    }

    fn of_itself(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Self::of_io(error);
        }
        if let Some(error) = error.downcast_ref::<DbErr>() {
            return of_database(error);
        }
        match error.downcast_ref() {
            Some(StoreError::NotWritable(trouble)) => Some(*trouble),
            _ => None,
        }
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        if let Some(inner) = error.get_ref() {
            return Self::new(inner);
        }
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Self::DiskFull),
            io::ErrorKind::ReadOnlyFilesystem => Some(Self::ReadOnly),
            io::ErrorKind::PermissionDenied => Some(Self::Refused),
            _ => {
                let number = error.raw_os_error()?;
                TOO_MANY_FILES
                    .contains(&number)
                    .then_some(Self::TooManyFiles)
            }
        }
    }
}

impl StoreError {
    /// What the machine lacks, when that is the cause.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::new(self)
    }

    pub(super) fn is_full(&self) -> bool {
        self.trouble() == Some(Trouble::DiskFull)
    }
}

/// What the machine lacks, when that is why the database failed.
fn of_database(error: &DbErr) -> Option<Trouble> {
    if extended_code(error) == Some(code::IOERR_SHMSIZE) {
        return Some(Trouble::DiskFull);
    }
    match primary_code(error)? {
        code::FULL => Some(Trouble::DiskFull),
        code::READONLY => Some(Trouble::ReadOnly),
        code::PERM | code::CANTOPEN => Some(Trouble::Refused),
        _ => None,
    }
}
