//! The steps that make the tables. A released step is never edited: a change is a new step.

mod names;
mod plugin_fingerprints;

use sea_orm_migration::prelude::*;

/// All steps, oldest first.
pub(super) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(FirstTables),
            Box::new(Duplicates),
            Box::new(Sketches),
            Box::new(Plugins),
            Box::new(LocalFeatures),
            Box::new(OneName),
            Box::new(Clock),
            Box::new(ChangesByProject),
            Box::new(plugin_fingerprints::OneFingerprintColumn),
        ]
    }
}

struct FirstTables;

impl MigrationName for FirstTables {
    fn name(&self) -> &str {
        "0001_first_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for FirstTables {
    // Half a step must not stay behind when the process dies in it.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(projects()).await?;
        manager.create_table(images()).await?;
        for index in image_indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(changes()).await?;
        manager.create_table(deletion_tokens()).await?;
        manager.create_index(token_index()).await
    }
}

/// What is decided about duplicates, and what is merged.
struct Duplicates;

impl MigrationName for Duplicates {
    fn name(&self) -> &str {
        "0002_duplicates"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Duplicates {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let merged = Table::alter()
            .table("images")
            .add_column(ColumnDef::new("merged").text())
            .take();
        manager.alter_table(merged).await?;
        manager.create_table(decisions()).await?;
        manager.create_index(second_index()).await?;
        manager.create_table(aliases()).await?;
        for index in alias_indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// What duplicates of an image are verified by; those of images that are there are made when they are needed.
struct Sketches;

impl MigrationName for Sketches {
    fn name(&self) -> &str {
        "0003_sketches"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sketches {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sketches()).await
    }
}

/// Hashers of other people, and what they say of images; made again when they are lost.
struct Plugins;

impl MigrationName for Plugins {
    fn name(&self) -> &str {
        "0004_plugins"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Plugins {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(plugin_editions()).await?;
        manager.create_table(plugin_fingerprints()).await?;
        for index in plugin_indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// By what images of a project are found of which no more than a part is left, where that is asked for.
struct LocalFeatures;

impl MigrationName for LocalFeatures {
    fn name(&self) -> &str {
        "0005_local_features"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LocalFeatures {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let finds_crops = ColumnDef::new("finds_crops")
            .boolean()
            .not_null()
            .default(false)
            .take();
        let projects = Table::alter()
            .table("projects")
            .add_column(finds_crops)
            .take();
        manager.alter_table(projects).await?;
        manager.create_table(features()).await
    }
}

/// Names are composed, and those that differ only by case are found by what they have in common.
struct OneName;

impl MigrationName for OneName {
    fn name(&self) -> &str {
        "0006_one_name"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OneName {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["projects", "images"] {
            let folded = ColumnDef::new("folded")
                .text()
                .not_null()
                .default("")
                .take();
            let table = Table::alter().table(table).add_column(folded).take();
            manager.alter_table(table).await?;
        }
        let database = manager.get_connection();
        names::compose(database).await?;
        for index in folded_indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn folded_indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("projects_by_folded")
            .table("projects")
            .col("folded")
            .take(),
        Index::create()
            .name("images_by_folded")
            .table("images")
            .col("project_id")
            .col("folded")
            .take(),
    ]
}

/// The store's own time.
struct Clock;

impl MigrationName for Clock {
    fn name(&self) -> &str {
        "0007_clock"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Clock {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number = |name: &'static str| ColumnDef::new(name).big_integer().not_null().take();
        let clock = Table::create()
            .table("clock")
            .col(number("id").primary_key())
            .col(number("seen"))
            .col(number("machine"))
            .take();
        manager.create_table(clock).await
    }
}

struct ChangesByProject;

impl MigrationName for ChangesByProject {
    fn name(&self) -> &str {
        "0008_changes_by_project"
    }
}

/// The last change of a project is asked for before each page of its duplicates.
#[async_trait::async_trait]
impl MigrationTrait for ChangesByProject {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("changes_by_project")
            .table("changes")
            .col("project")
            .take();
        manager.create_index(index).await
    }
}

fn projects() -> TableCreateStatement {
    Table::create()
        .table("projects")
        .col(sequence("id"))
        .col(ColumnDef::new("name").text().not_null().unique_key())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("primary_image").blob())
        .take()
}

fn images() -> TableCreateStatement {
    Table::create()
        .table("images")
        .col(sequence("position"))
        .col(ColumnDef::new("id").blob().not_null().unique_key())
        .col(ColumnDef::new("project_id").big_integer().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("bytes").big_integer().not_null())
        .col(ColumnDef::new("sha256").blob().not_null())
        .col(ColumnDef::new("modified").big_integer().not_null())
        .col(ColumnDef::new("dropped_in").boolean().not_null())
        .col(ColumnDef::new("format").text().not_null())
        .col(ColumnDef::new("width").big_integer().not_null())
        .col(ColumnDef::new("height").big_integer().not_null())
        .col(ColumnDef::new("orientation").integer().not_null())
        .col(ColumnDef::new("frames").big_integer().not_null())
        .col(ColumnDef::new("has_alpha").boolean().not_null())
        .col(ColumnDef::new("has_colour_profile").boolean().not_null())
        .col(ColumnDef::new("exif").text())
        .col(ColumnDef::new("fingerprints").blob().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("images", "project_id")
                .to("projects", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn image_indexes() -> [IndexCreateStatement; 3] {
    let on_images = |name: &'static str| Index::create().name(name).table("images").take();
    [
        on_images("images_by_name")
            .col("project_id")
            .col("name")
            .unique()
            .take(),
        on_images("images_by_order")
            .col("project_id")
            .col("position")
            .take(),
        on_images("images_by_digest").col("sha256").take(),
    ]
}

fn changes() -> TableCreateStatement {
    Table::create()
        .table("changes")
        .col(sequence("sequence"))
        .col(ColumnDef::new("project").text().not_null())
        .col(ColumnDef::new("image").blob().not_null())
        .take()
}

fn deletion_tokens() -> TableCreateStatement {
    Table::create()
        .table("deletion_tokens")
        .col(ColumnDef::new("digest").blob().not_null().primary_key())
        .col(ColumnDef::new("image").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("deletion_tokens", "image")
                .to("images", "position")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn token_index() -> IndexCreateStatement {
    Index::create()
        .name("deletion_tokens_by_image")
        .table("deletion_tokens")
        .col("image")
        .take()
}

fn decisions() -> TableCreateStatement {
    let image = |column: &'static str| {
        ForeignKey::create()
            .from("decisions", column)
            .to("images", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take()
    };
    Table::create()
        .table("decisions")
        .col(ColumnDef::new("first").blob().not_null())
        .col(ColumnDef::new("second").blob().not_null())
        .col(ColumnDef::new("project_id").big_integer().not_null())
        .col(ColumnDef::new("decided_at").big_integer().not_null())
        .primary_key(Index::create().col("first").col("second"))
        .foreign_key(&mut image("first"))
        .foreign_key(&mut image("second"))
        .take()
}

fn sketches() -> TableCreateStatement {
    Table::create()
        .table("sketches")
        .col(ColumnDef::new("image").blob().not_null().primary_key())
        .col(ColumnDef::new("cells").blob().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("sketches", "image")
                .to("images", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn features() -> TableCreateStatement {
    Table::create()
        .table("features")
        .col(ColumnDef::new("image").blob().not_null().primary_key())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("bits").blob().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("features", "image")
                .to("images", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn second_index() -> IndexCreateStatement {
    Index::create()
        .name("decisions_by_second")
        .table("decisions")
        .col("second")
        .take()
}

fn aliases() -> TableCreateStatement {
    Table::create()
        .table("aliases")
        .col(sequence("id"))
        .col(ColumnDef::new("project_id").big_integer().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("image").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("aliases", "image")
                .to("images", "position")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn alias_indexes() -> [IndexCreateStatement; 2] {
    let on_aliases = |name: &'static str| Index::create().name(name).table("aliases").take();
    [
        on_aliases("aliases_by_name")
            .col("project_id")
            .col("name")
            .take(),
        on_aliases("aliases_by_image").col("image").take(),
    ]
}

fn plugin_editions() -> TableCreateStatement {
    Table::create()
        .table("plugin_editions")
        .col(sequence("id"))
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("digest").text().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("bits").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .take()
}

fn plugin_fingerprints() -> TableCreateStatement {
    let owner = |column: &'static str, table: &'static str| {
        ForeignKey::create()
            .from("plugin_fingerprints", column)
            .to(table, "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take()
    };
    Table::create()
        .table("plugin_fingerprints")
        .col(sequence("position"))
        .col(ColumnDef::new("edition").big_integer().not_null())
        .col(ColumnDef::new("image").blob().not_null())
        .col(ColumnDef::new("bits").blob())
        .foreign_key(&mut owner("edition", "plugin_editions"))
        .foreign_key(&mut owner("image", "images"))
        .take()
}

fn plugin_indexes() -> [IndexCreateStatement; 4] {
    let on_fingerprints = |name: &'static str| {
        Index::create()
            .name(name)
            .table("plugin_fingerprints")
            .take()
    };
    [
        Index::create()
            .name("plugin_editions_by_file")
            .table("plugin_editions")
            .col("name")
            .col("digest")
            .col("version")
            .unique()
            .take(),
        on_fingerprints("plugin_fingerprints_by_edition")
            .col("edition")
            .col("image")
            .unique()
            .take(),
        on_fingerprints("plugin_fingerprints_by_order")
            .col("edition")
            .col("position")
            .take(),
        on_fingerprints("plugin_fingerprints_by_image")
            .col("image")
            .take(),
    ]
}

/// A number that is never given out twice, not even after its row is gone.
fn sequence(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .big_integer()
        .not_null()
        .auto_increment()
        .primary_key()
        .take()
}
