//! Memory that hashing takes as WebAssembly, where it never shrinks and can be read off: run by
//! `cargo test --target wasm32-wasip2`.

#![cfg(all(feature = "codecs", target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::hash::hash;
use vismatch_pipeline::limits::Limits;

const WIDTH: u16 = 6000;
const HEIGHT: u16 = 4000;

/// Room for a whole file, so that growing it leaves no holes that hashing could hide in.
const FILE: usize = 32 << 20;

/// Most that hashing may take beside a file of 24 megapixels, in bytes.
const MOST: usize = 8 << 20;

/// The memory that the module has so far: what hashing takes is by how much it grows.
fn memory() -> usize {
    core::arch::wasm32::memory_size::<0>() * 65_536
}

/// Rows of blocks are all the same, each an interval of its own.
fn jpeg() -> Vec<u8> {
    let strip: Vec<u8> = (0..usize::from(WIDTH) * 8 * 3)
        .map(|at| (at.wrapping_mul(at) / 700) as u8)
        .collect();
    let mut file = Vec::with_capacity(FILE);
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.set_restart_interval(WIDTH.div_ceil(8));
    encoder
        .encode(&strip, WIDTH, 8, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let marker = |code: u8| {
        file.windows(2)
            .position(|pair| pair == [0xFF, code])
            .unwrap()
    };
    let (frame, scan) = (marker(0xC0), marker(0xDA));
    let data = scan + 2 + usize::from(u16::from_be_bytes([file[scan + 2], file[scan + 3]]));
    let row = file[data..file.len() - 2].to_vec();
    file[frame + 5..frame + 7].copy_from_slice(&HEIGHT.to_be_bytes());
    file.truncate(data);
    for at in 0..HEIGHT.div_ceil(8) {
        file.extend(&row);
        file.extend([0xFF, 0xD0 + (at % 8) as u8]);
    }
    let last = file.len() - 1;
    file[last] = 0xD9;
    file
}

fn png() -> Vec<u8> {
    let mut file = Vec::with_capacity(FILE);
    write_png(&mut file);
    file
}

fn write_png(file: &mut Vec<u8>) {
    let mut encoder = png::Encoder::new(file, WIDTH.into(), HEIGHT.into());
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let mut writer = writer.stream_writer().unwrap();
    for y in 0..usize::from(HEIGHT) {
        let row: Vec<u8> = (0..usize::from(WIDTH) * 3)
            .map(|x| ((x * y) >> 12) as u8)
            .collect();
        std::io::Write::write_all(&mut writer, &row).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn a_large_jpeg_and_a_large_png_need_little_memory() {
    let files = [("JPEG", jpeg()), ("PNG", png())];
    let before = memory();
    for (name, file) in files {
        hash(&file, &Algorithm::ALL, &Limits::default()).unwrap();
        let grown = memory() - before;
        println!("{name}: {grown} bytes beside a file of {}", file.len());
        assert!(grown < MOST, "{name}: {grown} bytes");
    }
}
