//! The decisions of a project's row, in order.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::Decision;

use super::entities::{decision, project};
use super::{StoreError, rows};

/// For its manifest.
pub(super) async fn of_project(
    db: &impl ConnectionTrait,
    project: &project::Model,
) -> Result<Vec<Decision>, StoreError> {
    let found = in_order()
        .filter(decision::Column::ProjectId.eq(project.id))
        .all(db)
        .await?;
    found.iter().map(rows::to_decision).collect()
}

pub(super) fn in_order() -> sea_orm::Select<decision::Entity> {
    decision::Entity::find()
        .order_by_asc(decision::Column::First)
        .order_by_asc(decision::Column::Second)
}
