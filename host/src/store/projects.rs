//! Projects: made, listed, given a cover, removed.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::{ImageId, Project, ProjectName};

use super::columns;
use super::detached::run_detached;
use super::entities::{image, project};
use super::manifest_writing::Edit;
use super::pending::{Intent, ProjectLock};
use super::{PathState, RemovedProject, Store, StoreError, changes};

impl Store {
    /// Makes the project of a folder in the image root, unless it is there, or the folder is gone: whoever saw the
    /// folder may have seen it before its project was deleted.
    pub async fn take_up_project(&self, project: &ProjectName) -> Result<(), StoreError> {
        // A lock has a folder, and a project that is not there should not get one.
        if !self.has_given_folder(project).await? {
            return Ok(());
        }
        let (store, name) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&name).await?;
            let is_known = store.project_row(&name).await?.is_some();
            if is_known || !store.has_given_folder(&name).await? {
                return Ok(());
            }
            lock.write_intent(&Intent::Describe, Vec::new()).await?;
            let txn = store.begin().await?;
            let project = ensure(&txn, &name).await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Cover).await;
            Ok(())
        })
        .await
    }

    /// There is such a project.
    pub async fn has_project(&self, name: &ProjectName) -> Result<bool, StoreError> {
        Ok(self.project_row(name).await?.is_some())
    }

    /// Makes an image the cover; false when it is not there.
    pub async fn set_primary(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<bool, StoreError> {
        if self.row(project, id).await?.is_none() {
            return Ok(false);
        }
        let (store, name) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&name).await?;
            let Some((_, project)) = store.row(&name, id).await? else {
                return Ok(false);
            };
            lock.write_intent(&Intent::Describe, Vec::new()).await?;
            let txn = store.begin().await?;
            let project = set_cover(&txn, project, Some(id)).await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Cover).await;
            Ok(true)
        })
        .await
    }

    /// Removes a project with everything in it, also what lies in its folder of the image root and is
    /// no image; `None` when it is not there.
    pub async fn remove_project(
        &self,
        project: &ProjectName,
    ) -> Result<Option<RemovedProject>, StoreError> {
        if self.project_row(project).await?.is_none() {
            return Ok(None);
        }
        let name = project.clone();
        let remove = move |store: Self| run_detached(remove(store, name.clone()));
        self.with_reserve(remove).await
    }

    /// All projects by name.
    pub async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        let found = project::Entity::find()
            .order_by_asc(project::Column::Name)
            .all(self.database.read())
            .await?;
        let counts: Vec<(i64, i64)> = image::Entity::find()
            .select_only()
            .column(image::Column::ProjectId)
            .column_as(image::Column::Position.count(), "images")
            .group_by(image::Column::ProjectId)
            .into_tuple()
            .all(self.database.read())
            .await?;
        let counts: HashMap<i64, i64> = counts.into_iter().collect();
        found
            .into_iter()
            .map(|row| {
                let images = counts.get(&row.id).copied().unwrap_or(0);
                to_project(row, columns::to_unsigned(images)?)
            })
            .collect()
    }

    /// One project.
    pub async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        let Some(row) = self.project_row(name).await? else {
            return Ok(None);
        };
        let images = count(self.database.read(), &row).await?;
        to_project(row, images).map(Some)
    }

    /// An error when there is no such project, but one whose name differs only by case: on many systems the two
    /// would share a folder.
    pub(super) async fn refuse_twin(&self, name: &ProjectName) -> Result<(), StoreError> {
        if self.project_row(name).await?.is_some() {
            return Ok(());
        }
        let alike = project::Entity::find().filter(project::Column::Folded.eq(name.folded()));
        match alike.one(self.database.read()).await? {
            Some(twin) => Err(StoreError::ProjectNameTaken {
                name: name.clone(),
                holder: columns::to_project_name(&twin.name)?,
            }),
            None => Ok(()),
        }
    }

    async fn has_given_folder(&self, project: &ProjectName) -> Result<bool, StoreError> {
        let path_state = self
            .path_state_of(&self.layout.given_folder(project))
            .await?;
        Ok(path_state == PathState::Folder)
    }

    /// The row of a project.
    pub(super) async fn project_row(
        &self,
        name: &ProjectName,
    ) -> Result<Option<project::Model>, StoreError> {
        find(self.database.read(), name).await
    }

    pub(super) async fn take_out_project(
        &self,
        lock: &ProjectLock<'_>,
        project: project::Model,
    ) -> Result<RemovedProject, StoreError> {
        self.refuse_links(&lock.project, &project).await?;
        lock.refuse_immutable_project().await?;
        let made = async {
            lock.write_intent(&Intent::RemoveProject, Vec::new())
                .await?;
            lock.lift_all().await?;
            self.commit_project_removal(project).await
        };
        match made.await {
            Ok(images) => {
                let left = [lock.gather_all().await, lock.clear().await];
                let unerased = left.into_iter().filter_map(|left| lock.what_is_left(left));
                Ok(RemovedProject {
                    images,
                    unerased: unerased.collect(),
                })
            }
            Err(error) => {
                lock.roll_back().await;
                Err(error)
            }
        }
    }

    /// What lies behind a link would stay.
    async fn refuse_links(
        &self,
        project: &ProjectName,
        row: &project::Model,
    ) -> Result<(), StoreError> {
        let names: Vec<String> = image::Entity::find()
            .select_only()
            .column(image::Column::Name)
            .filter(image::Column::ProjectId.eq(row.id))
            .into_tuple()
            .all(self.database.read())
            .await?;
        self.refuse_folders_behind_links(project, names).await
    }

    pub(super) async fn commit_project_removal(
        &self,
        project: project::Model,
    ) -> Result<u64, StoreError> {
        let txn = self.begin().await?;
        let images = count(&txn, &project).await?;
        changes::note_all(&txn, &project).await?;
        project.delete(&txn).await?;
        txn.commit().await?;
        Ok(images)
    }
}

async fn remove(store: Store, name: ProjectName) -> Result<Option<RemovedProject>, StoreError> {
    let lock = store.lock(&name).await?;
    match store.project_row(&name).await? {
        Some(project) => store.take_out_project(&lock, project).await.map(Some),
        None => Ok(None),
    }
}

/// The project of a name, made when it is not there.
pub(super) async fn ensure(
    db: &impl ConnectionTrait,
    name: &ProjectName,
) -> Result<project::Model, StoreError> {
    if let Some(project) = find(db, name).await? {
        return Ok(project);
    }
    let project = project::ActiveModel {
        id: NotSet,
        name: Set(name.as_str().to_owned()),
        folded: Set(name.folded()),
        created_at: Set(Timestamp::now().as_millisecond()),
        primary_image: Set(None),
        finds_crops: Set(false),
    };
    Ok(project.insert(db).await?)
}

/// The project of an image.
pub(super) async fn of_image(
    db: &impl ConnectionTrait,
    image: &image::Model,
) -> Result<project::Model, StoreError> {
    let project = project::Entity::find_by_id(image.project_id)
        .one(db)
        .await?;
    project.ok_or_else(|| columns::damaged(format!("image {:?} has no project", image.name)))
}

/// Makes an image the cover, or leaves the project without one.
pub(super) async fn set_cover(
    db: &impl ConnectionTrait,
    project: project::Model,
    image: Option<ImageId>,
) -> Result<project::Model, StoreError> {
    let mut project = project.into_active_model();
    project.primary_image = Set(image.map(|id| id.as_bytes().to_vec()));
    Ok(project.update(db).await?)
}

async fn find(
    db: &impl ConnectionTrait,
    name: &ProjectName,
) -> Result<Option<project::Model>, StoreError> {
    let project = project::Entity::find().filter(project::Column::Name.eq(name.as_str()));
    Ok(project.one(db).await?)
}

async fn count(db: &impl ConnectionTrait, project: &project::Model) -> Result<u64, StoreError> {
    let images = image::Entity::find().filter(image::Column::ProjectId.eq(project.id));
    Ok(images.count(db).await?)
}

fn to_project(row: project::Model, images: u64) -> Result<Project, StoreError> {
    Ok(Project {
        name: columns::to_project_name(&row.name)?,
        created_at: columns::from_millis(row.created_at)?,
        primary: row
            .primary_image
            .as_deref()
            .map(columns::to_id)
            .transpose()?,
        finds_crops: row.finds_crops,
        images,
    })
}
