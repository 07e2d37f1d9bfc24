//! What plugins said of images is put behind what the pipeline's algorithms said, in the row of the image.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use crate::domain::PluginVersionId;
use crate::store::columns::append_plugin;

/// Rows that are read at once.
const BATCH: i64 = 1_000;

/// What plugins say of images is with what the pipeline's algorithms say.
pub(super) struct OneFingerprintColumn;

impl MigrationName for OneFingerprintColumn {
    fn name(&self) -> &str {
        "0009_one_fingerprint_column"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OneFingerprintColumn {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        move_to_images(manager.get_connection()).await?;
        let fingerprints = Table::drop().table("plugin_fingerprints").take();
        manager.drop_table(fingerprints).await?;
        let versions = Table::rename()
            .table("plugin_editions", "plugin_versions")
            .take();
        manager.rename_table(versions).await
    }
}

/// Appends every row of `plugin_fingerprints` to the fingerprints of its image.
async fn move_to_images(database: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut after = i64::MIN;
    loop {
        let select = "SELECT position, edition, image, bits FROM plugin_fingerprints \
                      WHERE position > ? ORDER BY position LIMIT ?";
        let rows = query(database, select, [after.into(), BATCH.into()]).await?;
        for row in &rows {
            after = row.try_get("", "position")?;
            append(database, row).await?;
        }
        if (rows.len() as i64) < BATCH {
            return Ok(());
        }
    }
}

async fn append(database: &impl ConnectionTrait, row: &QueryResult) -> Result<(), DbErr> {
    let (version, image): (i64, Vec<u8>) = (row.try_get("", "edition")?, row.try_get("", "image")?);
    let bits: Option<Vec<u8>> = row.try_get("", "bits")?;
    let select = "SELECT fingerprints FROM images WHERE id = ?";
    let found = query(database, select, [image.clone().into()]).await?;
    let Some(found) = found.first() else {
        return Ok(());
    };
    let mut packed: Vec<u8> = found.try_get("", "fingerprints")?;
    let version = PluginVersionId(version.try_into().map_err(failed)?);
    append_plugin(&mut packed, version, bits.as_deref()).map_err(failed)?;
    let update = "UPDATE images SET fingerprints = ? WHERE id = ?";
    let values = [packed.into(), image.into()];
    let update = Statement::from_sql_and_values(database.get_database_backend(), update, values);
    database.execute_raw(update).await.map(drop)
}

async fn query<const N: usize>(
    database: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<QueryResult>, DbErr> {
    let backend = database.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    database.query_all_raw(statement).await
}

fn failed(error: impl ToString) -> DbErr {
    DbErr::Migration(error.to_string())
}
