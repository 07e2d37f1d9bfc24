//! Counts the pictures of an ISO base media file, HEIF or AVIF, from its boxes: the samples of its image
//! sequence (ISO/IEC 14496-12, 8.7.3), or the items that are pictures of their own (ISO/IEC 23008-12, 6).
//!
//! Not for decoding: only the primary item is shown.

use std::collections::HashSet;

use heic_rs::boxes::{BoxHeader, BoxIter};
use heic_rs::meta::iref::RefKind;
use heic_rs::meta::{self, Meta};

/// The larger of the two numbers, and at least 1.
pub(super) fn pictures(bytes: &[u8]) -> u32 {
    samples(bytes).max(items(bytes).unwrap_or(1))
}

/// Samples of the longest track of pictures; 0 where there is none.
fn samples(bytes: &[u8]) -> u32 {
    let movie = BoxIter::new(bytes).find(b"moov").unwrap_or_default();
    let boxes = movie.into_iter().flat_map(|movie| movie.children());
    let tracks = boxes.flatten().filter(|track| track.is(b"trak"));
    tracks
        .filter_map(|track| samples_of(&track))
        .max()
        .unwrap_or(0)
}

/// None where the track is not one of pictures: its handler is another for alpha and for sound.
fn samples_of(track: &BoxHeader<'_>) -> Option<u32> {
    let media = child(track, b"mdia")?;
    let handler = child(&media, b"hdlr")?.payload.get(8..12)?;
    if !matches!(handler, b"pict" | b"vide") {
        return None;
    }
    let tables = child(&child(&media, b"minf")?, b"stbl")?;
    let sizes = child(&tables, b"stsz").or_else(|| child(&tables, b"stz2"))?;
    Some(u32::from_be_bytes(*sizes.payload.get(8..)?.first_chunk()?))
}

fn child<'a>(parent: &BoxHeader<'a>, name: &[u8; 4]) -> Option<BoxHeader<'a>> {
    parent.children().find(name).ok()?
}

/// The primary item, and others that are shown on their own.
fn items(bytes: &[u8]) -> Option<u32> {
    let meta = meta::parse(bytes).ok()?;
    let parts = parts(&meta);
    let alternatives = alternatives(bytes, meta.primary).unwrap_or_default();
    let others = meta.items.iter().filter(|item| {
        is_picture(&item.item_type)
            && !item.hidden
            && item.id != meta.primary
            && !parts.contains(&item.id)
            && !alternatives.contains(&item.id)
    });
    Some(others.count() as u32 + 1)
}

fn is_picture(kind: &[u8; 4]) -> bool {
    matches!(
        kind,
        b"hvc1" | b"hev1" | b"av01" | b"avc1" | b"vvc1" | b"jpeg" | b"j2k1" | b"grid"
    )
}

/// Thumbnails, depth and alpha of other items, and what other items are made of: tiles, layers, gain maps.
fn parts(meta: &Meta<'_>) -> HashSet<u32> {
    let parts = meta.refs.iter().flat_map(|reference| match reference.kind {
        RefKind::Thmb | RefKind::Auxl => vec![reference.from],
        RefKind::Dimg => reference.to.clone(),
        _ => Vec::new(),
    });
    parts.collect()
}

/// Items that a reader may show in place of the primary one: those of its `altr` group.
fn alternatives(bytes: &[u8], primary: u32) -> Option<HashSet<u32>> {
    let meta = BoxIter::new(bytes).find(b"meta").ok()??;
    // A full box: version and flags come first.
    let groups = BoxIter::new(meta.payload.get(4..)?).find(b"grpl").ok()??;
    let alternatives = groups
        .children()
        .flatten()
        .filter(|group| group.is(b"altr"));
    // Version and flags, the group's own number, and how many there are.
    let words = |group: BoxHeader<'_>| {
        let (words, _) = group.payload.get(12..)?.as_chunks();
        Some(words.iter().copied().map(u32::from_be_bytes).collect())
    };
    alternatives
        .filter_map(words)
        .find(|items: &HashSet<u32>| items.contains(&primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length, &name[..], content].concat()
    }

    fn track(handler: &[u8; 4], samples: u32) -> Vec<u8> {
        let handler = boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 13]].concat());
        let sizes = boxed(b"stsz", &[&[0; 8][..], &samples.to_be_bytes()].concat());
        let tables = boxed(b"minf", &boxed(b"stbl", &sizes));
        boxed(b"trak", &boxed(b"mdia", &[handler, tables].concat()))
    }

    #[test]
    fn samples_are_those_of_pictures() {
        let file = |tracks: &[Vec<u8>]| boxed(b"moov", &tracks.concat());
        assert_eq!(
            pictures(&file(&[track(b"pict", 12), track(b"auxv", 13)])),
            12
        );
        assert_eq!(pictures(&file(&[track(b"soun", 500)])), 1);
        assert_eq!(pictures(&file(&[])), 1);
        let cut = file(&[track(b"pict", 12)]);
        assert_eq!(pictures(&cut[..cut.len() - 1]), 1);
    }

    /// An entry for an item.
    fn entry(id: u8, kind: &[u8; 4], hidden: bool) -> Vec<u8> {
        let head = [2, 0, 0, u8::from(hidden), 0, id, 0, 0];
        boxed(b"infe", &[&head[..], kind, b"\0"].concat())
    }

    /// From an item to another one.
    fn reference(kind: &[u8; 4], from: u8, to: u8) -> Vec<u8> {
        boxed(kind, &[0, from, 0, 1, 0, to])
    }

    fn still(items: &[Vec<u8>], references: &[Vec<u8>], groups: &[u8]) -> Vec<u8> {
        let handler = boxed(b"hdlr", &[&[0; 8], &b"pict"[..], &[0; 13]].concat());
        let primary = boxed(b"pitm", &[0, 0, 0, 0, 0, 1]);
        let count = [0, 0, 0, 0, 0, items.len() as u8];
        let items = boxed(b"iinf", &[&count[..], &items.concat()].concat());
        let references = boxed(b"iref", &[&[0; 4][..], &references.concat()].concat());
        let parts = [&[0; 4], &handler[..], &primary, &items, &references, groups];
        boxed(b"meta", &parts.concat())
    }

    #[test]
    fn tiles_thumbnails_and_depth_are_no_pictures() {
        let items = [
            entry(1, b"grid", false),
            entry(2, b"hvc1", false),
            entry(3, b"hvc1", false),
            entry(4, b"hvc1", false),
            entry(5, b"hvc1", true),
            entry(6, b"Exif", false),
            entry(7, b"tmap", false),
        ];
        let references = [
            reference(b"dimg", 1, 2),
            reference(b"thmb", 3, 1),
            reference(b"auxl", 4, 1),
            reference(b"cdsc", 6, 1),
            reference(b"dimg", 7, 1),
        ];
        assert_eq!(pictures(&still(&items, &references, &[])), 1);
    }

    #[test]
    fn items_of_a_burst_are_pictures_and_alternatives_are_not() {
        let items = [1, 2, 3].map(|id| entry(id, b"hvc1", false));
        assert_eq!(pictures(&still(&items, &[], &[])), 3);
        let group = [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3];
        let groups = boxed(b"grpl", &boxed(b"altr", &group));
        assert_eq!(pictures(&still(&items, &[], &groups)), 2);
    }
}
