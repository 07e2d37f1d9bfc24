//! The DC coefficients of a JPEG: eight times the mean of each block, over its quantiser.
//!
//! Data is read in the order of the file (ITU-T T.81, A.2): interleaved or not, with restarts, in one
//! scan or several. AC coefficients are skipped on the way; whole scans of them, which progressive
//! files have, are passed over unread. Not for pixels, and not for broken files: see [`super::luma`].

use super::bits::Bits;
use super::huffman::AcSkip;
use super::markers::{Frame, Process, after_coded_data, next_marker, segment};
use super::segments::{COMPONENTS, Component, Part, Scan, Tables, components};

/// Pixels on a side of a block.
pub(super) const SIDE: usize = 8;

/// The DC coefficients of a component.
pub(super) struct Plane {
    component: Component,
    /// Blocks that cover the picture, across and down.
    blocks: (usize, usize),
    /// Blocks in a row of `values`: whole interleaved units.
    stride: usize,
    /// Empty when nobody wants them.
    values: Vec<i16>,
    quantiser: u16,
    /// The lowest bit known of the values, once a scan has brought them.
    lowest_bit: Option<u8>,
}

impl Plane {
    /// The mean of each block of a row, 0 to 255.
    pub fn levels(&self, row: usize) -> impl Iterator<Item = u8> {
        let values = &self.values[row * self.stride..][..self.blocks.0];
        values.iter().map(|value| {
            let sum = i32::from(*value) * i32::from(self.quantiser);
            (((sum + 4) >> 3) + 128).clamp(0, 255) as u8
        })
    }

    /// Does each block cover 8 by 8 pixels of the picture?
    fn is_full(&self, units: &Units) -> bool {
        (self.component.across, self.component.down) == units.most
    }
}

/// Interleaved units of a frame.
struct Units {
    /// The most blocks that a component has in a unit, across and down.
    most: (usize, usize),
    /// Units that cover the picture, across and down.
    count: (usize, usize),
}

/// The planes of all components; those that `wanted` names have values. None where a file is broken,
/// or is not as the standard says, or a wanted plane has less than a block for 8 by 8 pixels.
pub(super) fn read(bytes: &[u8], frame: Frame, wanted: &[usize]) -> Option<Vec<Plane>> {
    let mut reader = Reader {
        bytes,
        frame,
        wanted,
        tables: Tables::default(),
        planes: Vec::new(),
        has_scans: false,
    };
    let mut at = 2;
    loop {
        let (start, place) = next_marker(bytes, at)?;
        let code = bytes[place];
        if start != at {
            return None;
        }
        if code == 0xD9 {
            break;
        }
        let segment = segment(bytes, place + 1)?;
        at = place + 3 + segment.len();
        at = reader.take(code, segment, at)?;
    }
    let is_whole = reader.planes.iter().all(|plane| plane.lowest_bit.is_some());
    (reader.has_scans && is_whole).then_some(reader.planes)
}

struct Reader<'a> {
    bytes: &'a [u8],
    frame: Frame,
    wanted: &'a [usize],
    tables: Tables,
    planes: Vec<Plane>,
    has_scans: bool,
}

impl Reader<'_> {
    /// Takes in a segment, and the data after the header of a scan; where the next marker is.
    fn take(&mut self, code: u8, segment: &[u8], after: usize) -> Option<usize> {
        match code {
            0xC4 => self.tables.define_codes(segment)?,
            0xDD => self.tables.define_restarts(segment)?,
            0xDA => return self.scan(segment, after),
            0xFE => {}
            // The full decoder takes none of these between scans, or takes no notice of them.
            _ if self.has_scans => return None,
            0xDB => self.tables.define_quantisers(segment)?,
            0xC0..=0xC2 if self.planes.is_empty() => self.planes = self.planes(segment)?,
            0xE0..=0xEF => {}
            _ => return None,
        }
        Some(after)
    }

    fn planes(&self, segment: &[u8]) -> Option<Vec<Plane>> {
        let mut components = components(segment)?;
        if let [only] = &mut components[..] {
            // Alone it is never interleaved, whatever its sampling.
            (only.across, only.down) = (1, 1);
        }
        let units = self.units(components.iter());
        let plane = |component: Component| Plane {
            component,
            blocks: (
                blocks(self.frame.width, component.across, units.most.0),
                blocks(self.frame.height, component.down, units.most.1),
            ),
            stride: units.count.0 * component.across,
            values: Vec::new(),
            quantiser: 0,
            lowest_bit: None,
        };
        let mut planes: Vec<_> = components.into_iter().map(plane).collect();
        for wanted in self.wanted {
            let plane = planes
                .get_mut(*wanted)
                .filter(|plane| plane.is_full(&units))?;
            let rows = units.count.1 * plane.component.down;
            plane.values = vec![0; plane.stride * rows];
        }
        Some(planes)
    }

    fn units<'c>(&self, components: impl Iterator<Item = &'c Component>) -> Units {
        let most = components.fold((1, 1), |(across, down), component| {
            (across.max(component.across), down.max(component.down))
        });
        let count = |pixels: u16, most: usize| usize::from(pixels).div_ceil(SIDE * most);
        Units {
            most,
            count: (
                count(self.frame.width, most.0),
                count(self.frame.height, most.1),
            ),
        }
    }

    fn scan(&mut self, segment: &[u8], at: usize) -> Option<usize> {
        let components: Vec<_> = self.planes.iter().map(|plane| plane.component).collect();
        let scan = Scan::read(segment, &components)?;
        if !self.has_scans {
            self.begin(&scan)?;
        }
        match self.frame.process {
            Process::Baseline => self.sequential(&scan, at),
            _ if scan.band == (0, 0) && scan.high == 0 => self.first(&scan, at),
            _ if scan.band == (0, 0) => self.refining(&scan, at),
            _ => self.unread(&scan, at),
        }
    }

    /// All quantisers must be there before the first scan; in a sequential file also a code table for
    /// each component: the first, where the scan does not name another.
    fn begin(&mut self, scan: &Scan) -> Option<()> {
        self.has_scans = true;
        for (index, plane) in self.planes.iter_mut().enumerate() {
            plane.quantiser = self.tables.quantisers[plane.component.table]?;
            let named = scan.parts.iter().find(|part| part.component == index);
            let (dc, ac) = named.map_or((0, 0), |part| (part.dc, part.ac));
            let has_codes = self.tables.dc[dc].is_some() && self.tables.ac[ac].is_some();
            if self.frame.process == Process::Baseline && !has_codes {
                return None;
            }
        }
        Some(())
    }

    fn sequential(&mut self, scan: &Scan, at: usize) -> Option<usize> {
        let order = self.order(scan);
        self.advance(scan, None, 0)?;
        let tables = &self.tables;
        let codes = |part: &Part| {
            let ac = AcSkip::new(tables.ac[part.ac].as_ref()?);
            Some((tables.dc[part.dc].as_ref()?, ac))
        };
        let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
        let planes = &mut self.planes;
        order.walk(self.bytes, at, |bits, unit, place, predictors| {
            let (dc, ac) = &codes[unit.part];
            let predictor = &mut predictors[unit.part];
            *predictor = predictor.wrapping_add(dc.difference(bits)?);
            if let Some(value) = planes[unit.component].values.get_mut(place) {
                *value = saturated(*predictor);
            }
            ac.skip(bits)
        })
    }

    fn first(&mut self, scan: &Scan, at: usize) -> Option<usize> {
        let order = self.order(scan);
        self.advance(scan, None, scan.low)?;
        let tables = &self.tables;
        let codes = |part: &Part| tables.dc[part.dc].as_ref();
        let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
        let planes = &mut self.planes;
        order.walk(self.bytes, at, |bits, unit, place, predictors| {
            let predictor = &mut predictors[unit.part];
            *predictor = predictor.wrapping_add(codes[unit.part].difference(bits)?);
            if let Some(value) = planes[unit.component].values.get_mut(place) {
                *value = saturated(predictor.wrapping_shl(scan.low.into()));
            }
            Some(())
        })
    }

    fn refining(&mut self, scan: &Scan, at: usize) -> Option<usize> {
        let order = self.order(scan);
        self.advance(scan, Some(scan.high), scan.high.checked_sub(1)?)?;
        let planes = &mut self.planes;
        order.walk(self.bytes, at, |bits, unit, place, _| {
            bits.refill();
            let bit = bits.take(1) as i16;
            if let Some(value) = planes[unit.component].values.get_mut(place) {
                *value = value.saturating_add(bit << scan.low);
            }
            Some(())
        })
    }

    /// AC coefficients of one component.
    fn unread(&self, scan: &Scan, at: usize) -> Option<usize> {
        let [part] = &scan.parts[..] else {
            return None;
        };
        let is_one_bit_more = scan.high == 0 || scan.high == scan.low + 1;
        let is_sound = scan.band.0 > 0 && is_one_bit_more && self.tables.ac[part.ac].is_some();
        is_sound.then(|| after_coded_data(self.bytes, at))
    }

    /// Notes that a scan brings the values of its components down to bit `to`, when `from` is how far
    /// they were known.
    fn advance(&mut self, scan: &Scan, from: Option<u8>, to: u8) -> Option<()> {
        for part in &scan.parts {
            let known = &mut self.planes[part.component].lowest_bit;
            if *known != from || scan.low != to && self.frame.process == Process::Progressive {
                return None;
            }
            *known = Some(to);
        }
        Some(())
    }

    fn order(&self, scan: &Scan) -> Order {
        let interval = self.tables.restart_interval;
        if let [part] = &scan.parts[..] {
            let plane = &self.planes[part.component];
            let unit = Unit {
                part: 0,
                component: part.component,
                first: 0,
                right: 1,
                down: plane.stride,
            };
            return Order {
                count: plane.blocks,
                units: vec![unit],
                interval,
            };
        }
        let units = scan.parts.iter().enumerate().flat_map(|(index, part)| {
            let plane = &self.planes[part.component];
            let Component { across, down, .. } = plane.component;
            let places = (0..down).flat_map(move |y| (0..across).map(move |x| (x, y)));
            places.map(move |(x, y)| Unit {
                part: index,
                component: part.component,
                first: y * plane.stride + x,
                right: across,
                down: plane.stride * down,
            })
        });
        Order {
            count: self
                .units(self.planes.iter().map(|plane| &plane.component))
                .count,
            units: units.collect(),
            interval,
        }
    }
}

/// The order of a scan's blocks.
struct Order {
    /// Units, across and down.
    count: (usize, usize),
    /// The blocks of a unit.
    units: Vec<Unit>,
    /// Units between restart markers, or 0.
    interval: usize,
}

/// A block of each unit.
struct Unit {
    /// Which part of the scan, and which component of the frame.
    part: usize,
    component: usize,
    /// Where its value is in the first unit, and how much further in the next to the right and down.
    first: usize,
    right: usize,
    down: usize,
}

impl Order {
    /// Reads the data from `at` on, block after block; where it ends. `read` is given the place of the
    /// block's value and the predictions, which are 0 after a restart.
    #[inline(always)]
    fn walk(
        &self,
        bytes: &[u8],
        at: usize,
        mut read: impl FnMut(&mut Bits<'_>, &Unit, usize, &mut [i32; COMPONENTS]) -> Option<()>,
    ) -> Option<usize> {
        let mut bits = Bits::new(bytes, at);
        let mut predictors = [0; COMPONENTS];
        let (columns, rows) = self.count;
        let (mut restarts, mut left) = (0, self.interval);
        for y in 0..rows {
            for x in 0..columns {
                if self.interval > 0 {
                    if left == 0 {
                        bits = restarted(bytes, bits, restarts)?;
                        (restarts, left) = (restarts + 1, self.interval);
                        predictors = [0; COMPONENTS];
                    }
                    left -= 1;
                }
                for unit in &self.units {
                    let place = unit.first + x * unit.right + y * unit.down;
                    read(&mut bits, unit, place, &mut predictors)?;
                }
            }
            if bits.is_overrun() {
                return None;
            }
        }
        bits.ends_at()
    }
}

/// The data after a restart marker, when it is there and has the number that is due.
fn restarted<'a>(bytes: &'a [u8], bits: Bits<'a>, restarts: usize) -> Option<Bits<'a>> {
    let end = bits.ends_at()?;
    let (_, place) = next_marker(bytes, end)?;
    let is_due = usize::from(bytes[place]) == 0xD0 + restarts % 8;
    is_due.then(|| Bits::new(bytes, place + 1))
}

/// Blocks that cover the samples of a component in one direction.
fn blocks(pixels: u16, samples: usize, of: usize) -> usize {
    (usize::from(pixels) * samples).div_ceil(of).div_ceil(SIDE)
}

fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
