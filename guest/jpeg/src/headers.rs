//! Segments of a JPEG that a scan needs: frame, tables, scan headers (ITU-T T.81, annex B.2).
//!
//! Strict: whatever is not as the standard says is None, and no more is said of it; the full decoder
//! judges such a file.

use crate::huffman::{HuffmanTable, Kind};
use crate::lookahead::CoefficientTable;

/// Most components of a frame.
pub(crate) const COMPONENTS: usize = 4;

/// A component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    id: u8,
    /// Blocks in an MCU, across and down: 1 to 4.
    pub across: usize,
    pub down: usize,
    /// Which quantisation table.
    pub table: usize,
}

/// The components of a frame header. None with a sampling that the full decoder refuses.
pub(crate) fn components(segment: &[u8]) -> Option<Vec<Component>> {
    let (header, rest) = segment.split_first_chunk::<6>()?;
    let (rest, []) = rest.as_chunks::<3>() else {
        return None;
    };
    if rest.len() != usize::from(header[5]) || !(1..=COMPONENTS).contains(&rest.len()) {
        return None;
    }
    let component = |&[id, sampling, table]: &[u8; 3]| {
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        let is_sound = matches!(across, 1 | 2 | 4) && matches!(down, 1..=4);
        (is_sound && usize::from(table) < COMPONENTS).then_some(Component {
            id,
            across,
            down,
            table: table.into(),
        })
    };
    rest.iter().map(component).collect()
}

/// A scan header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScanHeader {
    pub parts: Vec<ScanComponent>,
    /// First and last coefficient, in zigzag order.
    pub band: (u8, u8),
    /// The bit above the lowest one that an earlier scan brought; 0 in a first scan.
    pub high: u8,
    /// The lowest bit that this scan brings.
    pub low: u8,
}

/// A component in a scan, and its code tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScanComponent {
    /// The component's place in the frame.
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

impl ScanComponent {
    /// Is it coded with the same tables?
    pub fn has_codes_of(&self, other: &Self) -> bool {
        (self.dc, self.ac) == (other.dc, other.ac)
    }
}

impl ScanHeader {
    /// Reads a header for a frame.
    pub fn read(segment: &[u8], frame: &[Component]) -> Option<Self> {
        let (count, rest) = segment.split_first()?;
        let (parts, &[first, last, bits]) = rest.split_last_chunk::<3>()?;
        let (parts, []) = parts.as_chunks::<2>() else {
            return None;
        };
        if parts.len() != usize::from(*count) || !(1..=frame.len()).contains(&parts.len()) {
            return None;
        }
        let part = |&[id, tables]: &[u8; 2]| {
            Some(ScanComponent {
                component: frame.iter().position(|component| component.id == id)?,
                dc: table(tables >> 4)?,
                ac: table(tables & 15)?,
            })
        };
        let parts = parts.iter().map(part).collect::<Option<Vec<_>>>()?;
        let is_named_twice = (1..parts.len()).any(|at| {
            parts[..at]
                .iter()
                .any(|part| part.component == parts[at].component)
        });
        let is_sound = first <= last && last < 64 && bits >> 4 <= 13 && bits & 15 <= 13;
        (is_sound && !is_named_twice).then_some(Self {
            parts,
            band: (first, last),
            high: bits >> 4,
            low: bits & 15,
        })
    }
}

fn table(number: u8) -> Option<usize> {
    (usize::from(number) < COMPONENTS).then_some(number.into())
}

/// Tables in force.
#[derive(Default)]
pub(crate) struct Tables {
    /// What coefficients are multiplied with, in zigzag order.
    pub quantisers: [Option<[u16; 64]>; COMPONENTS],
    pub dc: [Option<Box<CoefficientTable>>; COMPONENTS],
    pub ac: [Option<Box<CoefficientTable>>; COMPONENTS],
    /// MCUs between restart markers, or 0.
    pub restart_interval: usize,
}

impl Tables {
    /// Takes in a segment of quantisation tables.
    pub fn define_quantisers(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((kind, rest)) = segment.split_first() {
            let wide = match kind >> 4 {
                0 => false,
                1 => true,
                _ => return None,
            };
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            let value = |at: usize| match wide {
                true => u16::from_be_bytes([values[2 * at], values[2 * at + 1]]),
                false => values[at].into(),
            };
            self.quantisers[table(kind & 15)?] = Some(std::array::from_fn(value));
            segment = rest;
        }
        Some(())
    }

    /// Takes in a segment of Huffman tables.
    pub fn define_codes(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((kind, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(total)?;
            if total > 256 {
                return None;
            }
            let codes = HuffmanTable::new(counts, symbols)?;
            let table = table(kind & 15)?;
            let (tables, kind) = match kind >> 4 {
                0 => (&mut self.dc, Kind::Dc),
                1 => (&mut self.ac, Kind::Ac),
                _ => return None,
            };
            tables[table] = Some(Box::new(CoefficientTable::new(codes, kind)?));
            segment = rest;
        }
        Some(())
    }

    /// Takes in a restart interval.
    pub fn define_restarts(&mut self, segment: &[u8]) -> Option<()> {
        let interval = <[u8; 2]>::try_from(segment).ok()?;
        self.restart_interval = u16::from_be_bytes(interval).into();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_lists_its_components() {
        let frame = components(b"\x08\0\x10\0\x10\x03\x01\x22\0\x02\x11\x01\x03\x11\x01").unwrap();
        assert_eq!((frame.len(), frame[0].across, frame[2].table), (3, 2, 1));
        for broken in [
            &b"\x08\0\x10\0\x10\x02\x01\x22\0"[..],
            b"\x08\0\x10\0\x10\x01\x01\x12\0\0",
            b"\x08\0\x10\0\x10\x01\x01\x02\0",
            b"\x08\0\x10\0\x10\x01\x01\x15\0",
            b"\x08\0\x10\0\x10\x01\x01\x11\x04",
            b"\x08\0\x10\0\x10\0",
        ] {
            assert_eq!(components(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_scan_names_components_of_the_frame_once() {
        let frame = components(b"\x08\0\x10\0\x10\x02\x01\x11\0\x07\x11\0").unwrap();
        let scan = ScanHeader::read(b"\x02\x07\x10\x01\x01\0\x3F\0", &frame).unwrap();
        assert_eq!((scan.parts[0].component, scan.parts[0].dc), (1, 1));
        assert_eq!((scan.band, scan.high, scan.low), ((0, 63), 0, 0));
        for broken in [
            &b"\x02\x07\x10\x07\x01\0\x3F\0"[..],
            b"\x01\x05\x10\0\x3F\0",
            b"\x01\x07\x40\0\x3F\0",
            b"\x01\x07\x10\0\x40\0",
            b"\x01\x07\x10\x05\x04\0",
            b"\x01\x07\x10\0\x3F\xE0",
            b"\x02\x07\x10\0\x3F\0",
            b"\0\0\x3F\0",
        ] {
            assert_eq!(ScanHeader::read(broken, &frame), None, "{broken:?}");
        }
    }

    #[test]
    fn tables_have_the_length_they_say() {
        let mut tables = Tables::default();
        let narrow = [&[1][..], &[7; 64]].concat();
        let wide = [&[0x12][..], &[1; 128]].concat();
        assert_eq!(
            tables.define_quantisers(&[narrow.clone(), wide].concat()),
            Some(())
        );
        assert_eq!(
            tables.quantisers,
            [None, Some([7; 64]), Some([0x101; 64]), None]
        );
        assert_eq!(tables.define_quantisers(&narrow[..64]), None);
        assert_eq!(tables.define_quantisers(&[0x24; 200]), None);

        let codes = [&[0x11, 2][..], &[0; 15], &[0]].concat();
        assert_eq!(tables.define_codes(&codes), None, "a symbol is missing");
        let codes = [&[0x11, 1][..], &[0; 15], &[0]].concat();
        assert_eq!(tables.define_codes(&codes), Some(()));
        assert!(tables.ac[1].is_some() && tables.dc[1].is_none());
        assert_eq!(tables.define_restarts(&[0, 9]), Some(()));
        assert_eq!(tables.restart_interval, 9);
        assert_eq!(tables.define_restarts(&[9]), None);
    }
}
