//! The store's own time: how much of time servers over it have seen.
//!
//! A machine's clock may leap years ahead, or back, when it is set or its battery is empty. What is deleted after a
//! while must not go by it. So time is counted in small steps while servers run, and a step is never long, whatever
//! the clock says. Several servers count together: each takes the step since the last one of any of them.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::entities::clock;
use super::{Store, StoreError};

/// Longest step that is counted, also of a start: servers have to count more often.
const LONGEST: Duration = Duration::from_secs(20 * 60);
/// The one row.
const ROW: i64 = 1;

impl Store {
    /// Counts the time since it was last counted, and tells how much has been seen in all; `now` is what the machine's
    /// clock says.
    pub async fn count_time(&self, now: Timestamp) -> Result<Duration, StoreError> {
        let txn = self.begin().await?;
        let seen = seen(&txn, now).await?;
        set(&txn, seen, now).await?;
        txn.commit().await?;
        Ok(seen)
    }

    /// How much time has been seen, with what was not counted yet.
    pub(super) async fn time_seen(&self, now: Timestamp) -> Result<Duration, StoreError> {
        seen(self.database.read(), now).await
    }
}

async fn seen(db: &impl ConnectionTrait, now: Timestamp) -> Result<Duration, StoreError> {
    let Some(row) = clock::Entity::find_by_id(ROW).one(db).await? else {
        return Ok(Duration::ZERO);
    };
    let since = now.as_millisecond().saturating_sub(row.machine);
    let since = Duration::from_millis(u64::try_from(since).unwrap_or(0));
    let before = Duration::from_millis(u64::try_from(row.seen).unwrap_or(0));
    Ok(before.saturating_add(since.min(LONGEST)))
}

/// Says how much time has been seen until `now`.
pub(super) async fn set(
    db: &impl ConnectionTrait,
    seen: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = clock::ActiveModel {
        id: Set(ROW),
        seen: Set(i64::try_from(seen.as_millis()).unwrap_or(i64::MAX)),
        machine: Set(now.as_millisecond()),
    };
    let anew = OnConflict::column(clock::Column::Id)
        .update_columns([clock::Column::Seen, clock::Column::Machine])
        .to_owned();
    clock::Entity::insert(row)
        .on_conflict(anew)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
