//! Names of images and projects that were stored as they came are put into composed form.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement, Value};

use crate::domain::{ImageName, ProjectName};

/// Rows that are read at once.
const BATCH: i64 = 1_000;

/// Composes the names of all rows and fills `folded`. Where a row has the composed name already, the other keeps
/// the one it has: it is found by its id.
pub(super) async fn compose(database: &impl ConnectionTrait) -> Result<(), DbErr> {
    let project = |name: &str| {
        let name = ProjectName::parse(name).ok()?;
        Some([name.as_str().to_owned(), name.folded()])
    };
    let image = |name: &str| {
        let name = ImageName::parse(name).ok()?;
        Some([name.as_str().to_owned(), name.folded()])
    };
    let alias = |name: &str| {
        Some([
            ImageName::parse(name).ok()?.as_str().to_owned(),
            String::new(),
        ])
    };
    each_row(database, "projects", "id", project).await?;
    each_row(database, "images", "position", image).await?;
    each_row(database, "aliases", "id", alias).await
}

async fn each_row(
    database: &impl ConnectionTrait,
    table: &str,
    key: &str,
    compose: impl Fn(&str) -> Option<[String; 2]>,
) -> Result<(), DbErr> {
    let (backend, mut after) = (database.get_database_backend(), i64::MIN);
    let select = format!("SELECT {key}, name FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT ?");
    let has_folded = table != "aliases";
    loop {
        let values = [after.into(), BATCH.into()];
        let select = Statement::from_sql_and_values(backend, &select, values);
        let rows = database.query_all_raw(select).await?;
        for row in &rows {
            let name: String = row.try_get("", "name")?;
            after = row.try_get("", key)?;
            let Some([composed, folded]) = compose(&name) else {
                continue;
            };
            if composed != name {
                let update = format!("UPDATE OR IGNORE {table} SET name = ? WHERE {key} = ?");
                execute(database, &update, [composed.into(), after.into()]).await?;
            }
            if has_folded {
                let update = format!("UPDATE {table} SET folded = ? WHERE {key} = ?");
                execute(database, &update, [folded.into(), after.into()]).await?;
            }
        }
        if (rows.len() as i64) < BATCH {
            return Ok(());
        }
    }
}

async fn execute(
    database: &impl ConnectionTrait,
    sql: &str,
    values: [Value; 2],
) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(database.get_database_backend(), sql, values);
    database.execute_raw(statement).await.map(|_| ())
}
