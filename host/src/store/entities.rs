//! The tables as SeaORM sees them; `migrations` makes them, `rows` translates them.

/// Named collections of images.
pub(super) mod project {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projects")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub name: String,
        /// Milliseconds since 1970.
        pub created_at: i64,
        /// `images.id` of the cover.
        pub primary_image: Option<Vec<u8>>,
        /// Its images have rows in `features`.
        pub finds_crops: bool,
        /// What names have in common that differ only by case.
        pub folded: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Images. `position` grows with every insert: it is the upload order.
pub(super) mod image {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "images")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub position: i64,
        /// 16 bytes.
        #[sea_orm(unique)]
        pub id: Vec<u8>,
        pub project_id: i64,
        pub name: String,
        /// Milliseconds since 1970.
        pub created_at: i64,
        pub bytes: i64,
        /// 32 bytes.
        pub sha256: Vec<u8>,
        /// Nanoseconds since 1970: when the given file was last written.
        pub modified: i64,
        /// Found in the image root, not uploaded.
        pub dropped_in: bool,
        pub format: String,
        pub width: i64,
        pub height: i64,
        /// 1 to 8, as in EXIF.
        pub orientation: i32,
        pub frames: i64,
        pub has_alpha: bool,
        pub has_colour_profile: bool,
        /// JSON.
        pub exif: Option<String>,
        /// Packed by `columns::pack`.
        pub fingerprints: Vec<u8>,
        /// JSON: what was merged into it.
        pub merged: Option<String>,
        /// What names have in common that differ only by case.
        pub folded: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What duplicates of an image are verified by.
pub(super) mod sketch {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sketches")]
    pub struct Model {
        /// `images.id`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub image: Vec<u8>,
        /// A sketch: less than 10 kB.
        pub cells: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The local features of images, in projects that are searched by them.
pub(super) mod feature {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "features")]
    pub struct Model {
        /// `images.id`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub image: Vec<u8>,
        /// Of their definition.
        pub version: i32,
        /// 16 bytes for each feature.
        pub bits: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The change sequence: one row for every image that came, was replaced or went.
pub(super) mod change {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "changes")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub sequence: i64,
        /// By name: it outlives the project's row.
        pub project: String,
        /// `images.id`, which may be gone.
        pub image: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Deletion tokens, by their digests: who reads the database cannot use them.
pub(super) mod deletion_token {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deletion_tokens")]
    pub struct Model {
        /// SHA-256 of the token's text.
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: Vec<u8>,
        /// `images.position`.
        pub image: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Pairs of images that somebody decided to be no duplicates, the smaller id first.
pub(super) mod decision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "decisions")]
    pub struct Model {
        /// `images.id`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub first: Vec<u8>,
        /// `images.id`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub second: Vec<u8>,
        pub project_id: i64,
        /// Milliseconds since 1970.
        pub decided_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Names of images that were merged into others, to find those by.
pub(super) mod alias {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "aliases")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub project_id: i64,
        pub name: String,
        /// `images.position`.
        pub image: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Files of plugins that have been seen, each with its version.
pub(super) mod edition {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plugin_editions")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        /// SHA-256 of the component, hex.
        pub digest: String,
        pub version: i32,
        pub bits: i64,
        /// Milliseconds since 1970.
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What plugins say of images.
pub(super) mod plugin_fingerprint {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plugin_fingerprints")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub position: i64,
        /// `plugin_editions.id`.
        pub edition: i64,
        /// `images.id`.
        pub image: Vec<u8>,
        /// NULL when the plugin has none for this image.
        pub bits: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The store's own time, in one row.
pub(super) mod clock {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        /// Milliseconds that servers over the store have seen.
        pub seen: i64,
        /// What the machine's clock said then, in milliseconds since 1970.
        pub machine: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
