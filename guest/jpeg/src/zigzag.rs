//! The order of a block's coefficients in a file: zigzag, from low frequencies to high ones (ITU-T T.81, A.3.6).

/// Coefficients of a block.
pub(crate) const BLOCK: usize = 64;

/// Horizontal and vertical frequency of each coefficient in zigzag order.
pub(crate) const FREQUENCIES: [(u8, u8); BLOCK] = {
    let mut frequencies = [(0, 0); BLOCK];
    let (mut across, mut down, mut at) = (0, 0, 0);
    while at < BLOCK {
        frequencies[at] = (across, down);
        let is_upward = (across + down) % 2 == 0;
        (across, down) = match (is_upward, across, down) {
            (true, 7, _) => (7, down + 1),
            (true, _, 0) => (across + 1, 0),
            (true, ..) => (across + 1, down - 1),
            (false, _, 7) => (across + 1, 7),
            (false, 0, _) => (0, down + 1),
            (false, ..) => (across - 1, down + 1),
        };
        at += 1;
    }
    frequencies
};

/// The place of each of them in a block of rows of horizontal frequencies.
pub(crate) const PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        let (across, down) = FREQUENCIES[at];
        places[at] = 8 * down + across;
        at += 1;
    }
    places
};

/// The other way round: which coefficient in zigzag order is at each place.
pub(crate) const ORDER: [u8; BLOCK] = {
    let mut order = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        order[PLACES[at] as usize] = at as u8;
        at += 1;
    }
    order
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_visits_every_place_once() {
        let first = [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0), (3, 0)];
        assert_eq!(FREQUENCIES[..7], first);
        assert_eq!(FREQUENCIES[60..], [(7, 5), (7, 6), (6, 7), (7, 7)]);
        for at in 0..BLOCK {
            assert_eq!(usize::from(ORDER[usize::from(PLACES[at])]), at);
        }
    }
}
