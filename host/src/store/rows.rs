//! Rows <-> domain: the one place where both are named.
//!
//! What a row says is checked on the way out: a damaged database is an error, never a panic.

use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};

use crate::domain::{Decision, Dimensions, Exif, Image, ImageInfo, NewImage, Orientation, Pair};

use super::columns::{
    ExifJson, damaged, exif_text, from_millis, from_nanos, pack, to_digest, to_format, to_id,
    to_image_name, to_nanos, to_project_name, to_signed, to_unsigned, unpack,
};
use super::entities::{decision, image, project};
use super::merging::{MergedJson, merged_into};
use super::{FileStamp, SourceFile, StoreError};

/// The image of a row.
pub(super) fn to_image(row: image::Model, project: &project::Model) -> Result<Image, StoreError> {
    let id = to_id(&row.id)?;
    Ok(Image {
        id,
        project: to_project_name(&project.name)?,
        name: to_image_name(&row.name)?,
        created_at: from_millis(row.created_at)?,
        bytes: to_unsigned(row.bytes)?,
        sha256: to_digest(&row.sha256)?,
        info: to_info(&row)?,
        is_primary: project.primary_image.as_deref() == Some(id.as_bytes()),
        merged: merged_into(&row)?
            .iter()
            .map(MergedJson::to_merged)
            .collect::<Result<_, _>>()?,
        fingerprints: unpack(&row.fingerprints)?,
    })
}

/// A new row; `project` is the key of its project.
pub(super) fn new_row(
    new: &NewImage,
    project: i64,
    stamp: FileStamp,
    dropped_in: bool,
) -> Result<image::ActiveModel, StoreError> {
    let mut row = image::ActiveModel {
        position: NotSet,
        id: Set(new.id.as_bytes().to_vec()),
        project_id: Set(project),
        name: Set(new.name.as_str().to_owned()),
        folded: Set(new.name.folded()),
        created_at: Set(Timestamp::now().as_millisecond()),
        dropped_in: Set(dropped_in),
        ..Default::default()
    };
    describe(&mut row, new, stamp)?;
    Ok(row)
}

/// Says in a row what its bytes are; who and where it is stays.
pub(super) fn describe(
    row: &mut image::ActiveModel,
    new: &NewImage,
    stamp: FileStamp,
) -> Result<(), StoreError> {
    let info = &new.info;
    row.bytes = Set(to_signed(new.bytes)?);
    row.sha256 = Set(new.sha256.0.to_vec());
    row.modified = Set(to_nanos(stamp.modified));
    row.format = Set(info.format.name().to_owned());
    row.width = Set(info.size.width.into());
    row.height = Set(info.size.height.into());
    row.orientation = Set(info.orientation.to_exif().into());
    row.frames = Set(info.frames.into());
    row.has_alpha = Set(info.has_alpha);
    row.has_colour_profile = Set(info.has_colour_profile);
    row.exif = Set(info.exif.as_ref().map(exif_text).transpose()?);
    row.fingerprints = Set(pack(&new.fingerprints)?);
    // What was merged was a copy of the picture that was there before.
    row.merged = Set(None);
    Ok(())
}

/// The decision of a row.
pub(super) fn to_decision(row: &decision::Model) -> Result<Decision, StoreError> {
    let pair = Pair::new(to_id(&row.first)?, to_id(&row.second)?);
    Ok(Decision {
        pair: pair.ok_or_else(|| damaged("a decision about one image"))?,
        decided_at: from_millis(row.decided_at)?,
    })
}

/// The given file of a row.
pub(super) fn to_source_file(row: &image::Model) -> Result<SourceFile, StoreError> {
    Ok(SourceFile {
        image: to_id(&row.id)?,
        name: to_image_name(&row.name)?,
        stamp: FileStamp {
            bytes: to_unsigned(row.bytes)?,
            modified: from_nanos(row.modified),
        },
        sha256: to_digest(&row.sha256)?,
        dropped_in: row.dropped_in,
    })
}

/// The facts of a row's picture.
fn to_info(row: &image::Model) -> Result<ImageInfo, StoreError> {
    let exif = row.exif.as_deref().map(serde_json::from_str::<ExifJson>);
    Ok(ImageInfo {
        format: to_format(&row.format)?,
        size: Dimensions {
            width: u32::try_from(row.width).map_err(damaged)?,
            height: u32::try_from(row.height).map_err(damaged)?,
        },
        orientation: Orientation::from_exif(row.orientation.try_into().map_err(damaged)?),
        frames: u32::try_from(row.frames).map_err(damaged)?,
        has_alpha: row.has_alpha,
        has_colour_profile: row.has_colour_profile,
        exif: exif.transpose().map_err(damaged)?.map(Exif::from),
    })
}
