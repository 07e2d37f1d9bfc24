//! The pages of a TIFF, each read as the first page of a copy of the file: whatever is read of first pages is read
//! of all.

use super::ifd::Tiff;
use super::{Take, decode, inspect};
use crate::limits::Limits;

/// Most pixels of the pages of one file that are decoded.
const MOST_PIXELS: u64 = 64_000_000;

/// Shows the wanted pages, as [`super::visit_frames`] says.
pub(super) fn visit(
    bytes: &[u8],
    wanted: &[u32],
    limits: &Limits,
    take: &mut Take<'_>,
) -> Option<()> {
    let tiff = Tiff::parse(bytes)?;
    let pages = tiff.pages(limits.max_frames);
    let mut file = bytes.to_vec();
    let mut room = MOST_PIXELS.min(limits.max_pixels);
    for page in wanted {
        tiff.set_first(&mut file, *pages.get(*page as usize)?)?;
        let size = inspect(&file, limits).ok()?.size;
        room = room.checked_sub(u64::from(size.width) * u64::from(size.height))?;
        take(decode(&file, limits).ok()?.pixels)?;
    }
    Some(())
}
