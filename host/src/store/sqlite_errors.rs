//! What SQLite says of itself in an error, by its own numbers.

use sea_orm::{DbErr, RuntimeErr};

/// SQLite's primary result codes, see <https://sqlite.org/rescode.html>.
pub(super) mod code {
    pub const PERM: i32 = 3;
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const READONLY: i32 = 8;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANTOPEN: i32 = 14;
    pub const NOTADB: i32 = 26;
    /// Of `IOERR`: there is no room for the index of the log.
    pub const IOERR_SHMSIZE: i32 = 4874;
}

/// SQLite's own number for what went wrong, without its extension.
pub(super) fn primary_code(error: &DbErr) -> Option<i32> {
    extended_code(error).map(|code| code & 0xff)
}

pub(super) fn extended_code(error: &DbErr) -> Option<i32> {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return None;
    };
    cause.as_database_error()?.code()?.parse().ok()
}
