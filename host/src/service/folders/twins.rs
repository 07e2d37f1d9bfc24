//! Files of the same bytes, whatever is in them: told by length and digest, never by looks.

use std::collections::HashMap;

use crate::domain::Sha256;
use crate::service::digest;

use super::PictureFile;

/// For each file the place of the first of the same bytes, which may be its own. A file that cannot be read any
/// more has nothing the same. Reads files of the same length: not for an async thread.
pub fn heads(files: &[PictureFile]) -> Vec<usize> {
    let mut lengths: HashMap<u64, usize> = HashMap::new();
    for file in files {
        *lengths.entry(file.stamp.bytes).or_default() += 1;
    }
    let digest = |file: &PictureFile| {
        let is_alone = lengths.get(&file.stamp.bytes) == Some(&1);
        (!is_alone).then(|| digest::read(&file.path).ok()).flatten()
    };
    let mut firsts: HashMap<Sha256, usize> = HashMap::new();
    let head = |(place, file)| match digest(file) {
        Some(digest) => *firsts.entry(digest).or_insert(place),
        None => place,
    };
    files.iter().enumerate().map(head).collect()
}
