//! Counts the colours of a picture, as far as it matters: a copy of 2 or 16 of them is told from its source.

/// Counted as so many from there on.
pub(super) const MANY: u16 = 257;

/// Places in the table: more than three times as many as it ever holds.
const PLACES: usize = 1024;

/// DistinctColours that came.
pub(super) struct DistinctColours {
    /// Which levels of grey rows.
    greys: [bool; 256],
    /// Each where its number falls, or in the next place that was free.
    table: Vec<Option<[u8; 3]>>,
    count: u16,
}

impl DistinctColours {
    pub fn new() -> Self {
        Self {
            greys: [false; 256],
            table: vec![None; PLACES],
            count: 0,
        }
    }

    /// Adds a row of RGB, or of grey where there is one sample for each of `width` pixels.
    pub fn add(&mut self, row: &[u8], width: usize) {
        if row.len() == width {
            row.iter()
                .for_each(|level| self.greys[usize::from(*level)] = true);
            return;
        }
        let mut before = None;
        for colour in row.as_chunks::<3>().0 {
            if self.count == MANY {
                return;
            }
            // Neighbours are often alike.
            if before.replace(colour) != Some(colour) {
                self.add_one(*colour);
            }
        }
    }

    fn add_one(&mut self, colour: [u8; 3]) {
        let [red, green, blue] = colour.map(u32::from);
        let number = (red << 16 | green << 8 | blue).wrapping_mul(0x9E37_79B1) >> 22;
        let places = (0..PLACES).map(|next| (number as usize + next) % PLACES);
        for place in places {
            match self.table[place] {
                Some(known) if known == colour => return,
                Some(_) => {}
                None => {
                    self.table[place] = Some(colour);
                    self.count += 1;
                    return;
                }
            }
        }
    }

    /// How many came, up to [`MANY`].
    pub fn count(&self) -> u16 {
        let greys = self.greys.iter().filter(|came| **came).count() as u16;
        (self.count + greys).min(MANY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rows: &[Vec<u8>], width: usize) -> u16 {
        let mut colours = DistinctColours::new();
        rows.iter().for_each(|row| colours.add(row, width));
        colours.count()
    }

    #[test]
    fn each_colour_counts_once() {
        let row = vec![1, 2, 3, 1, 2, 3, 3, 2, 1, 1, 2, 3];
        assert_eq!(count(&[row.clone(), row], 4), 2);
        assert_eq!(count(&[vec![7, 7, 9], vec![0, 9, 7]], 3), 3);
    }

    #[test]
    fn many_are_not_counted_further() {
        let grey: Vec<u8> = (0..=255).collect();
        assert_eq!(count(&[grey.clone(), grey], 256), 256);
        let row = |blue: u8| (0..=255).flat_map(|red| [red, 0, blue]).collect();
        assert_eq!(count(&[row(0)], 256), 256);
        assert_eq!(count(&[row(0), row(1), row(2)], 256), MANY);
    }
}
