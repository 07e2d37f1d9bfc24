//! The database connections: how SQLite is set up, and how a write begins.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database as Connector, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use super::migrations::Migrator;

/// How long a write waits for the writes of other processes.
const BUSY: Duration = Duration::from_secs(30);
/// How long a task waits for its turn at a connection.
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
        let writer = connect(file, 1).await?;
        Migrator::up(&writer, None).await?;
        let readers = connect(file, READERS).await?;
        Ok(Self { readers, writer })
    }

    /// For reading, outside of transactions.
    pub(super) fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Begins a transaction that may write at once: it waits here, and cannot fail for being late.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
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

async fn connect(file: &Path, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite:vismatch.db");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(TURN)
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
        .busy_timeout(BUSY)
}
