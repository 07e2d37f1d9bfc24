//! What `vismatch find` does not touch: edited copies nobody asked for, and other names of one file.

use super::*;

#[test]
fn edited_copies_are_left_alone_until_they_are_asked_for() {
    let pictures = Pictures::none();
    pictures.put("photo.jpg", &Picture::photo(1, 640, 480).jpeg(90));
    let photo = image::load_from_memory(&pictures.read("photo.jpg")).unwrap();
    let cropped = photo.crop_imm(20, 15, 600, 450);
    cropped.save(pictures.path("cropped.jpg")).unwrap();
    let would = |arguments: &[&str]| {
        let all = [&["--json", "--delete-to-trash", "--dry-run"], arguments].concat();
        pictures.group(pictures.find(&all))
    };
    let group = would(&[]);
    assert_eq!(
        outcomes(&group),
        [("photo.jpg", ""), ("cropped.jpg", "left_alone")]
    );
    assert_eq!(group[1].1["verdict"], json!("edited"));
    assert!(!text(&group[1].1, "verdict_reason").is_empty());
    assert_eq!(
        outcomes(&would(&["--edited"])),
        [("photo.jpg", ""), ("cropped.jpg", "would_be_trashed")]
    );
    let printed = pictures.find(&[]).ok();
    let reason = text(&group[1].1, "verdict_reason");
    assert!(printed.contains(&reason), "{printed}");
    // Nobody has to be asked when there is nothing to do.
    let said = pictures.find(&["--delete-to-trash"]).ok();
    assert!(said.contains("--edited"), "{said}");
    assert_eq!(pictures.names(), ["cropped.jpg", "photo.jpg"]);
}

#[cfg(unix)]
#[test]
fn hard_links_to_one_file_are_one_file() {
    let pictures = Pictures::none();
    pictures.put("photo.jpg", &Picture::photo(1, 640, 480).jpeg(90));
    fs::hard_link(pictures.path("photo.jpg"), pictures.path("link.jpg")).unwrap();
    for action in ["--print", "--delete-to-trash", "--hardlink"] {
        let said = pictures.find(&["--yes", action]);
        assert!(said.err.contains("1 picture, 0 groups"), "{said:#?}");
        assert_eq!(said.ok(), "");
    }
    assert_eq!(pictures.names(), ["link.jpg", "photo.jpg"]);
}
