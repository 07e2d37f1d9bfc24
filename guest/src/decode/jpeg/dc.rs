//! The DC coefficients of a JPEG: eight times the mean of each block, over its quantiser.
//!
//! Data is read in the order of the file (see [`super::blocks`]). AC coefficients are skipped on the way;
//! whole scans of them, which progressive files have, are passed over unread. Not for pixels, and not for
//! broken files: see [`super::luma`].

use super::blocks::{Grid, Layout, Scans};
use super::huffman::AcSkip;
use super::markers::{Frame, Process, after_coded_data};
use super::segments::{Part, Scan};

/// The DC coefficients of a component.
pub(super) struct Plane {
    /// Blocks that cover the picture across.
    across: usize,
    /// Blocks in a row of `values`: whole interleaved units.
    stride: usize,
    /// Empty when nobody wants them.
    values: Vec<i16>,
    quantiser: u16,
    /// The lowest bit known of the values, once a scan has brought them.
    lowest_bit: Option<u8>,
}

impl Plane {
    /// None when values are wanted and there is less than a block for 8 by 8 pixels.
    fn new(scans: &Scans<'_>, grid: &Grid, component: usize, is_wanted: bool) -> Option<Self> {
        let (across, down) = grid.whole(component);
        if is_wanted && !grid.is_full(component) {
            return None;
        }
        let table = grid.components[component].table;
        Some(Self {
            across: grid.covering(component).0,
            stride: across,
            values: vec![0; if is_wanted { across * down } else { 0 }],
            quantiser: scans.tables.quantisers[table]?[0],
            lowest_bit: None,
        })
    }

    /// The mean of each block of a row, 0 to 255.
    pub fn levels(&self, row: usize) -> impl Iterator<Item = u8> {
        let values = &self.values[row * self.stride..][..self.across];
        values.iter().map(|value| {
            let sum = i32::from(*value) * i32::from(self.quantiser);
            (((sum + 4) >> 3) + 128).clamp(0, 255) as u8
        })
    }

    /// One place for each block.
    fn layout(&self) -> Layout {
        Layout {
            right: 1,
            down: self.stride,
        }
    }
}

/// The planes of all components; those that `wanted` names have values. None where a file is broken,
/// or is not as the standard says, or a wanted plane has less than a block for 8 by 8 pixels.
pub(super) fn read(bytes: &[u8], frame: Frame, wanted: &[usize]) -> Option<Vec<Plane>> {
    let mut scans = Scans::new(bytes, frame);
    let mut next = scans.next()?;
    let grid = scans.grid.as_ref()?;
    let plane = |component| Plane::new(&scans, grid, component, wanted.contains(&component));
    let mut planes: Vec<_> = (0..grid.components.len())
        .map(plane)
        .collect::<Option<_>>()?;
    let layouts: Vec<_> = planes.iter().map(Plane::layout).collect();
    while let Some(scan) = next {
        scans.at = match frame.process {
            Process::Baseline => sequential(&scans, &scan, &layouts, &mut planes)?,
            _ if scan.band == (0, 0) && scan.high == 0 => {
                first(&scans, &scan, &layouts, &mut planes)?
            }
            _ if scan.band == (0, 0) => refining(&scans, &scan, &layouts, &mut planes)?,
            _ => unread(bytes, &scans, &scan)?,
        };
        next = scans.next()?;
    }
    let is_whole = planes.iter().all(|plane| plane.lowest_bit.is_some());
    is_whole.then_some(planes)
}

fn sequential(
    scans: &Scans<'_>,
    scan: &Scan,
    layouts: &[Layout],
    planes: &mut [Plane],
) -> Option<usize> {
    advance(scan, planes, None, 0)?;
    let tables = &scans.tables;
    let codes = |part: &Part| {
        let ac = AcSkip::new(tables.ac[part.ac].as_ref()?);
        Some((tables.dc[part.dc].as_ref()?, ac))
    };
    let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
    scans.read(scan, layouts, |bits, part, place, predictor| {
        let (dc, ac) = &codes[part];
        *predictor = predictor.wrapping_add(dc.difference(bits)?);
        if let Some(value) = planes[scan.parts[part].component].values.get_mut(place) {
            *value = saturated(*predictor);
        }
        ac.skip(bits)
    })
}

fn first(
    scans: &Scans<'_>,
    scan: &Scan,
    layouts: &[Layout],
    planes: &mut [Plane],
) -> Option<usize> {
    advance(scan, planes, None, scan.low)?;
    let codes = |part: &Part| scans.tables.dc[part.dc].as_ref();
    let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
    scans.read(scan, layouts, |bits, part, place, predictor| {
        *predictor = predictor.wrapping_add(codes[part].difference(bits)?);
        if let Some(value) = planes[scan.parts[part].component].values.get_mut(place) {
            *value = saturated(predictor.wrapping_shl(scan.low.into()));
        }
        Some(())
    })
}

fn refining(
    scans: &Scans<'_>,
    scan: &Scan,
    layouts: &[Layout],
    planes: &mut [Plane],
) -> Option<usize> {
    // It needs no codes, but the full decoder does not go without.
    let has_codes = |part: &Part| scans.tables.dc[part.dc].is_some();
    if scan.low + 1 != scan.high || !scan.parts.iter().all(has_codes) {
        return None;
    }
    advance(scan, planes, Some(scan.high), scan.low)?;
    scans.read(scan, layouts, |bits, part, place, _| {
        bits.refill();
        let bit = bits.take(1) as i16;
        if let Some(value) = planes[scan.parts[part].component].values.get_mut(place) {
            *value = value.saturating_add(bit << scan.low);
        }
        Some(())
    })
}

/// AC coefficients of one component.
fn unread(bytes: &[u8], scans: &Scans<'_>, scan: &Scan) -> Option<usize> {
    let [part] = &scan.parts[..] else {
        return None;
    };
    let is_one_bit_more = scan.high == 0 || scan.high == scan.low + 1;
    let is_sound = scan.band.0 > 0 && is_one_bit_more && scans.tables.ac[part.ac].is_some();
    is_sound.then(|| after_coded_data(bytes, scans.at))
}

/// Notes that a scan brings the values of its components down to bit `to`, when `from` is how far they
/// are known.
fn advance(scan: &Scan, planes: &mut [Plane], from: Option<u8>, to: u8) -> Option<()> {
    for part in &scan.parts {
        let known = &mut planes[part.component].lowest_bit;
        if *known != from {
            return None;
        }
        *known = Some(to);
    }
    Some(())
}

fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
