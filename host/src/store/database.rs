//! The database connections: how SQLite is set up, and how a write begins.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, Database as Connector, DatabaseConnection, DatabaseTransaction,
    DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::time::Instant;

use super::StoreError;
use super::migrations::Migrator;

/// How long a write waits for the writes of other processes and for its turn in this one. A process that is stopped
/// in the middle of a write never ends it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one attempt waits for the writes of other processes; then the next task has its turn.
const ATTEMPT: Duration = Duration::from_secs(1);
/// How long a task waits for its turn at reading, which no other process holds up.
const TURN: Duration = Duration::from_secs(120);
const READERS: u32 = 4;

/// SQLite's primary result codes, see <https://sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
}

/// Connections to one SQLite file.
#[derive(Clone, Debug)]
pub(super) struct Database {
    readers: DatabaseConnection,
    /// One connection only: the tasks of this process queue for it in fair order, so that SQLite's
    /// polling lock is contended by processes alone.
    writer: DatabaseConnection,
}

impl Database {
    /// Opens the file, or makes it, and brings its tables up to date.
    pub(super) async fn open(file: &Path) -> Result<Self, DbErr> {
        let writer = connect(file, 1, PATIENCE).await?;
        let pending = Migrator::get_pending_migrations(&writer).await?;
        if SystemTime::now() < UNIX_EPOCH && !pending.is_empty() {
            let text = "tables cannot be made while the machine's clock says a time before 1970: set it first";
            return Err(DbErr::Custom(text.to_owned()));
        }
        Migrator::up(&writer, None).await?;
        let readers = connect(file, READERS, TURN).await?;
        Ok(Self { readers, writer })
    }

    /// For reading, outside of transactions.
    pub(super) fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Begins a transaction that may write at once: it waits here, for a while, and cannot fail for being late after
    /// that.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.try_to_begin().await {
                Err(error) if is_held(&error) && Instant::now() < end => {}
                begun => return begun,
            }
        }
    }

    async fn try_to_begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// Closes every connection; the last process to do so leaves one file without a journal.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        self.readers.close().await?;
        self.writer.close().await
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match is_held(&error) {
            true => Self::Held {
                what: "the database".to_owned(),
            },
            false => Self::Database(error),
        }
    }
}

/// Another process writes, or the tasks of this one wait for it.
fn is_held(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => true,
        error => matches!(primary_code(error), Some(code::BUSY | code::LOCKED)),
    }
}

/// SQLite's own number for what went wrong, without its extension.
fn primary_code(error: &DbErr) -> Option<i32> {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return None;
    };
    let number: i32 = cause.as_database_error()?.code()?.parse().ok()?;
    Some(number & 0xff)
}

async fn connect(
    file: &Path,
    connections: u32,
    turn: Duration,
) -> Result<DatabaseConnection, DbErr> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite:vismatch.db");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(turn)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| configure(options.filename(&file)));
    Connector::connect(options).await
}

/// WAL: readers and a writer do not wait for each other, in one process or in several.
/// FULL: a commit is on disk before it is acknowledged, so it survives loss of power, not only of
/// the process (for that alone NORMAL would do). It costs one sync a commit.
fn configure(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(ATTEMPT)
}
