//! The database connections: how SQLite is set up, and how a write begins.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous,
};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database as Connector, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::time::Instant;

use super::StoreError;
use super::migrations::Migrator;
use super::sqlite_errors::{code, primary_code};

/// How long a write waits for the writes of other processes and for its turn in this one. A process that is stopped
/// in the middle of a write never ends it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt waits for the writes of other processes; then the next task has its turn.
const ATTEMPT: Duration = Duration::from_secs(1);
/// How long a task waits for its turn at reading, which no other process holds up.
const TURN: Duration = Duration::from_secs(120);
const READERS: u32 = 4;

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
        let writer = connect(1, WRITE_TIMEOUT, to_write(file)).await?;
        let pending = Migrator::get_pending_migrations(&writer).await?;
        if SystemTime::now() < UNIX_EPOCH && !pending.is_empty() {
            let text = "tables cannot be made while the machine's clock says a time before 1970: set it first";
            return Err(DbErr::Custom(text.to_owned()));
        }
        Migrator::up(&writer, None).await?;
        let readers = connect(READERS, TURN, to_write(file)).await?;
        Ok(Self { readers, writer })
    }

    /// Opens the file to be read only, as it was left by this version. Where not even the log's index can be made,
    /// nobody else has the database open, and SQLite has to be told so.
    pub(super) async fn open_to_read(file: &Path) -> Result<Self, DbErr> {
        match Self::read_only(to_read(file)).await {
            Err(_) if !has_log(file) => Self::read_only(to_read(file).immutable(true)).await,
            Err(_) if !has_log_index(file) => Self::read_only(to_read_alone(file)).await,
            opened => opened,
        }
    }

    async fn read_only(options: SqliteConnectOptions) -> Result<Self, DbErr> {
        let readers = connect(READERS, TURN, options).await?;
        let made = readers.query_all_raw(Statement::from_string(
            DbBackend::Sqlite,
            "SELECT version FROM seaql_migrations",
        ));
        if made.await?.len() != Migrator::migrations().len() {
            let text = "the database is of another version, and cannot be changed";
            return Err(DbErr::Custom(text.to_owned()));
        }
        let writer = readers.clone();
        Ok(Self { readers, writer })
    }

    /// For reading, outside of transactions.
    pub(super) fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Begins a transaction that may write at once: it waits here, for a while, and cannot fail for being late after
    /// that.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let end = Instant::now() + WRITE_TIMEOUT;
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
        if is_held(&error) {
            let what = "the database".to_owned();
            return Self::Held { what };
        }
        match primary_code(&error) {
            Some(code::CORRUPT | code::NOTADB) => Self::DatabaseDamaged(error),
            _ => Self::Database(error),
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

async fn connect(
    connections: u32,
    turn: Duration,
    sqlite: SqliteConnectOptions,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite:vismatch.db");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(turn)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| sqlite.clone());
    Connector::connect(options).await
}

/// WAL: readers and a writer do not wait for each other, in one process or in several.
/// FULL: a commit is on disk before it is acknowledged, so it survives loss of power, not only of
/// the process (for that alone NORMAL would do). It costs one sync a commit.
fn to_write(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(ATTEMPT)
}

fn to_read(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(ATTEMPT)
}

/// SQLite keeps the log's index in its own memory when nobody else may use the file, see
/// <https://sqlite.org/wal.html#noshm>. The lock for that could not be had without the right to write.
fn to_read_alone(file: &Path) -> SqliteConnectOptions {
    let options = to_read(file).locking_mode(SqliteLockingMode::Exclusive);
    match cfg!(unix) {
        true => options.vfs("unix-none"),
        false => options,
    }
}

/// Commits lie beside the file that are not in it yet.
fn has_log(file: &Path) -> bool {
    beside(file, "-wal").is_some_and(|facts| facts.len() > 0)
}

/// The index of the log, which every process that has the database open shares, lies beside the file.
fn has_log_index(file: &Path) -> bool {
    beside(file, "-shm").is_some()
}

fn beside(file: &Path, suffix: &str) -> Option<std::fs::Metadata> {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    std::fs::symlink_metadata(path).ok()
}
