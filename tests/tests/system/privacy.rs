//! The data folder is its owner's, unless a setting says otherwise.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use vismatch_tests::{Picture, Server, base64, program};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// A server over a folder, used and stopped.
fn use_once(data: &Path, arguments: &[&str]) {
    let settings = Server::settings().data(data).arguments(arguments.to_vec());
    let server = settings.start();
    let photo = Picture::photo(1, 320, 240).jpeg(90);
    server.upload("p", "a.jpg", &photo).ok();
    server.upload_json("p", "f/b.jpg", &base64(&photo)).ok();
    server.try_delete("p", "a.jpg").unwrap();
    server.wait_until_indexed();
}

/// Everything in the folder that has another mode than folders, or files, should have.
fn exceptions(data: &Path, folders: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![data.to_owned()];
    while let Some(folder) = left.pop() {
        if mode(&folder) != folders {
            found.push(format!("{folder:?}: {:o}", mode(&folder)));
        }
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            match kind {
                _ if kind.is_dir() => left.push(entry.path()),
                _ if kind.is_file() && mode(&entry.path()) & !(folders & 0o666) != 0 => {
                    found.push(format!("{:?}: {:o}", entry.path(), mode(&entry.path())));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn nobody_else_may_read_the_data_folder() {
    let above = TempDir::new().unwrap();
    let data = above.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::create_dir(data.join("image_root")).unwrap();
    for open in [&data, &data.join("image_root")] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    }
    use_once(&data, &[]);
    assert_eq!(exceptions(&data, 0o700), Vec::<String>::new());
    let photo = data.join("image_root/p/f/b.jpg");
    assert_eq!(mode(&photo), 0o600);
    assert_eq!(mode(&data.join("vismatch.db")), 0o600);
    program::run(&data, ["rebuild", "--data", "."]).ok();
    assert_eq!(exceptions(&data, 0o700), Vec::<String>::new());
}

#[test]
fn a_setting_lets_the_group_read() {
    let above = TempDir::new().unwrap();
    let data = above.path().join("data");
    fs::create_dir(&data).unwrap();
    use_once(&data, &["--data-mode", "0750"]);
    assert_eq!(exceptions(&data, 0o750), Vec::<String>::new());
    assert_eq!(mode(&data.join("image_root/p/f/b.jpg")), 0o640);
    let said = program::run(&data, ["verify", "--data", ".", "--data-mode", "0077"]);
    assert_eq!(said.code, Some(2), "{said:#?}");
}

/// `--data .` in somebody's folder does not shut everybody else out of it.
#[test]
fn a_folder_of_other_things_keeps_its_mode() {
    let above = TempDir::new().unwrap();
    let data = above.path().join("home");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("letter.txt"), "Dear").unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    for _ in 0..2 {
        use_once(&data, &[]);
        assert_eq!(mode(&data), 0o755);
    }
    assert_eq!(mode(&data.join("image_root")), 0o700);
    assert_eq!(mode(&data.join("projects")), 0o700);
    assert_eq!(mode(&data.join("vismatch.db")), 0o600);
}
