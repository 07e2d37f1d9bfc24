//! The scaling filter: Lanczos with three lobes, from additions and multiplications only.
//!
//! `fast_image_resize` has this filter, with the platform's sine; this one weighs a pixel the same
//! on every platform, so that renditions are the same bytes everywhere.

use fast_image_resize::{CreateFilterError, Filter, FilterType};

/// Half the width of the filter, in pixels of the smaller picture.
const LOBES: f64 = 3.0;

/// The filter, as the resizer takes it.
pub fn filter() -> Result<FilterType, CreateFilterError> {
    Filter::new("Lanczos3", lanczos, LOBES).map(FilterType::Custom)
}

/// The weight of a pixel at distance `x`. Never quite nothing within the lobes: the resizer leaves
/// out zeros at either end of a row of weights, and miscounts when those ends do not move steadily.
fn lanczos(x: f64) -> f64 {
    if x.abs() >= LOBES {
        return 0.0;
    }
    let weight = sinc(x) * sinc(x / LOBES);
    if weight == 0.0 {
        f64::MIN_POSITIVE
    } else {
        weight
    }
}

/// sin(pi x) / (pi x).
fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        sine_of_pi(x) / (std::f64::consts::PI * x)
    }
}

/// sin(pi x) for |x| up to 3, by the power series of the sine on -pi/2 to pi/2.
fn sine_of_pi(x: f64) -> f64 {
    let half_turns = x.round();
    let angle = (x - half_turns) * std::f64::consts::PI;
    let square = angle * angle;
    let series = (1..=10).rev().map(|n| f64::from(2 * n * (2 * n + 1)));
    let sine = angle * series.fold(1.0, |sum, factor| 1.0 - square / factor * sum);
    if half_turns % 2.0 == 0.0 { sine } else { -sine }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_the_sine() {
        for step in -3_000..=3_000 {
            let x = f64::from(step) / 1_000.0;
            let expected = (std::f64::consts::PI * x).sin();
            assert!((sine_of_pi(x) - expected).abs() < 1e-14, "sin(pi {x})");
        }
    }

    #[test]
    fn the_filter_is_one_at_its_centre_and_nothing_at_other_pixels() {
        assert_eq!(lanczos(0.0), 1.0);
        assert!(
            [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]
                .iter()
                .all(|x| lanczos(*x).abs() < 1e-15)
        );
    }
}
