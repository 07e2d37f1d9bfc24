//! How alike two pictures look: structural similarity after Wang, Bovik, Sheikh and Simoncelli (2004),
//! over windows of 8x8 luma values that begin at every fourth pixel.

use image::GrayImage;

const WINDOW: u32 = 8;
const STEP: usize = 4;
/// (0.01 * 255)^2 and (0.03 * 255)^2: the constants of the paper.
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

/// 1 for the same picture; both have the same size, at least 8x8.
pub fn ssim(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let (width, height) = a.dimensions();
    let corners = (0..=height - WINDOW).step_by(STEP).flat_map(|top| {
        (0..=width - WINDOW)
            .step_by(STEP)
            .map(move |left| (left, top))
    });
    let values: Vec<f64> = corners.map(|(left, top)| window(a, b, left, top)).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn window(a: &GrayImage, b: &GrayImage, left: u32, top: u32) -> f64 {
    let [mut sum_a, mut sum_b, mut aa, mut bb, mut ab] = [0_u32; 5];
    let width = a.width() as usize;
    for y in top..top + WINDOW {
        let start = y as usize * width + left as usize;
        let row = start..start + WINDOW as usize;
        for (a, b) in a.as_raw()[row.clone()].iter().zip(&b.as_raw()[row]) {
            let (a, b) = (u32::from(*a), u32::from(*b));
            sum_a += a;
            sum_b += b;
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
    }
    let count = f64::from(WINDOW * WINDOW);
    let (mean_a, mean_b) = (f64::from(sum_a) / count, f64::from(sum_b) / count);
    // Sample variances, as the paper has them.
    let spread = |squares: u32, means: f64| (f64::from(squares) - count * means) / (count - 1.0);
    let (var_a, var_b) = (spread(aa, mean_a * mean_a), spread(bb, mean_b * mean_b));
    let covariance = spread(ab, mean_a * mean_b);
    (2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2)
        / ((mean_a * mean_a + mean_b * mean_b + C1) * (var_a + var_b + C2))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::ssim;
    use crate::Random;

    fn noise(seed: u64) -> GrayImage {
        let mut random = Random::new(seed);
        GrayImage::from_fn(40, 24, |_, _| Luma([random.below(256) as u8]))
    }

    #[test]
    fn a_picture_is_like_itself_and_noise_is_like_nothing() {
        assert!((ssim(&noise(1), &noise(1)) - 1.0).abs() < 1e-12);
        assert!(ssim(&noise(1), &noise(2)).abs() < 0.1);
    }

    #[test]
    fn flat_pictures_differ_by_the_formula() {
        let flat = |level| GrayImage::from_pixel(16, 16, Luma([level]));
        // (2 * 100 * 110 + C1) / (100^2 + 110^2 + C1); no contrast, no structure.
        let expected = (22_000.0 + 6.5025) / (22_100.0 + 6.5025);
        assert!((ssim(&flat(100), &flat(110)) - expected).abs() < 1e-9);
    }
}
