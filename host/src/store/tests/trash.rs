//! Duplicates are merged, trashed, restored; decisions come and go with their images.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::domain::Pair;
use crate::store::pending::Intent;

/// A project `p` with images `a`, `b`, `c`, in this order, of which `b` is the cover.
async fn three(store: &Store) -> [Image; 3] {
    let mut images = Vec::new();
    for name in ["a", "f/b", "c"] {
        let stored = upload(store, "p", name, name.as_bytes(), NameClash::Reject).await;
        images.push(stored.unwrap().image);
    }
    store
        .set_primary(&project("p"), images[1].id)
        .await
        .unwrap();
    images.try_into().unwrap()
}

async fn images(store: &Store) -> Vec<Image> {
    store.images(&project("p"), None, None).await.unwrap()
}

async fn by_alias(store: &Store, alias: &str) -> Option<ImageId> {
    let found = store.image_by_alias(&project("p"), &name(alias)).await;
    found.unwrap().map(|image| image.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merged_can_be_restored() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    let before = images(&store).await;
    let would = store
        .would_resolve(&project("p"), a.id, &[b.id, c.id])
        .await
        .unwrap();
    assert_eq!(images(&store).await, before);
    let resolved = store
        .resolve(&project("p"), a.id, vec![b.id, c.id])
        .await
        .unwrap();
    assert_eq!(would, resolved);
    assert!(resolved.kept.is_primary);
    assert_eq!(images(&store).await, std::slice::from_ref(&resolved.kept));
    assert_eq!(by_alias(&store, "f/b").await, Some(a.id));
    assert_whole(&folder, &store).await;
    let trash = store.trash(&project("p"), None, None).await.unwrap();
    let mut ids: Vec<ImageId> = trash.iter().map(|trashed| trashed.image.id).collect();
    assert!(trash.iter().all(|trashed| trashed.merged_into == a.id));
    ids.sort_unstable();
    assert_eq!(ids, [b.id, c.id]);
    for id in [c.id, b.id] {
        store
            .restore_trashed(&project("p"), id)
            .await
            .unwrap()
            .unwrap();
        assert_whole(&folder, &store).await;
    }
    assert_eq!(images(&store).await, before);
    assert_eq!(by_alias(&store, "f/b").await, None);
    assert_eq!(
        store.restore_trashed(&project("p"), b.id).await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_go_on_through_a_chain_and_come_back_from_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    let before = images(&store).await;
    store
        .resolve(&project("p"), b.id, vec![c.id])
        .await
        .unwrap();
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    assert_eq!(by_alias(&store, "c").await, Some(a.id));
    assert_whole(&folder, &store).await;
    store
        .restore_trashed(&project("p"), b.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        by_alias(&store, "c").await,
        Some(b.id),
        "it came with b and leaves with b"
    );
    store
        .restore_trashed(&project("p"), c.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(images(&store).await, before);
    store
        .resolve(&project("p"), b.id, vec![c.id])
        .await
        .unwrap();
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    store
        .restore_trashed(&project("p"), c.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(by_alias(&store, "c").await, None);
    store
        .restore_trashed(&project("p"), b.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        images(&store).await,
        before,
        "in whichever order they come back"
    );
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_meanwhile_gets_a_number() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, _] = three(&store).await;
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    upload(&store, "p", "f/b", b"new", NameClash::Reject)
        .await
        .unwrap();
    let restored = store
        .restore_trashed(&project("p"), b.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(restored.name.as_str(), "f/b (2)");
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_trash_is_gone_and_the_names_stay() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    store
        .resolve(&project("p"), a.id, vec![b.id, c.id])
        .await
        .unwrap();
    let empty = async |part| store.empty_trash(&project("p"), part).await.unwrap().images;
    assert_eq!(empty(TrashPart::One(b.id)).await, 1);
    assert_eq!(empty(TrashPart::One(b.id)).await, 0);
    assert_eq!(store.projects_with_trash().await.unwrap(), [project("p")]);
    assert_eq!(empty(TrashPart::All).await, 1);
    assert!(store.projects_with_trash().await.unwrap().is_empty());
    assert_eq!(by_alias(&store, "f/b").await, Some(a.id));
    assert_whole(&folder, &store).await;
}

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// A server that counts its time every ten minutes for so many hours, from what its clock says.
async fn run(store: &Store, start: Timestamp, hours: u64) -> (Duration, Timestamp) {
    let (mut now, mut seen) = (start, store.count_time(start).await.unwrap());
    for _ in 0..hours * 6 {
        now += Duration::from_secs(600);
        seen = store.count_time(now).await.unwrap();
    }
    (seen, now)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leap_of_the_clock_empties_no_trash() {
    let folder = Folder::new();
    let store = folder.open().await;
    run(&store, Timestamp::now() - 20 * YEAR, 1).await;
    let [a, b, _] = three(&store).await;
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();

    let retention = Duration::from_secs(10 * 3_600);
    let ahead = Timestamp::now() + 2 * YEAR;
    let mut now = ahead;
    for (start, hours) in [(ahead, 5), (ahead - 50 * YEAR, 1), (ahead + 100 * YEAR, 1)] {
        let (seen, end) = run(&store, start, hours).await;
        let part = TrashPart::SeenBy(seen.saturating_sub(retention));
        assert_eq!(
            store.empty_trash(&project("p"), part).await.unwrap().images,
            0,
            "{seen:?}"
        );
        now = end;
    }
    let (seen, _) = run(&store, now, 5).await;
    let part = TrashPart::SeenBy(seen - retention);
    assert_eq!(
        store.empty_trash(&project("p"), part).await.unwrap().images,
        1,
        "{seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_count_time_once() {
    let folder = Folder::new();
    let stores = [folder.open().await, folder.open().await];
    let start = Timestamp::now();
    for minute in 0..60_u64 {
        let now = start + Duration::from_secs(60 * minute);
        stores[minute as usize % 2].count_time(now).await.unwrap();
    }
    let end = start + Duration::from_secs(3_600);
    let seen = stores[0].count_time(end).await.unwrap();
    assert_eq!(seen.as_secs(), 3_600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_store_goes_on_with_its_time() {
    let folder = Folder::new();
    let store = folder.open().await;
    run(&store, Timestamp::now() - YEAR, 100).await;
    let [a, b, _] = three(&store).await;
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    let seen = store.count_time(Timestamp::now()).await.unwrap();
    drop(store);
    Store::rebuild(folder.path(), &|_, _| {}).await.unwrap();
    let after = folder
        .open()
        .await
        .count_time(Timestamp::now())
        .await
        .unwrap();
    assert!(
        after.abs_diff(seen) < Duration::from_secs(3_600),
        "{seen:?}, {after:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_a_rebuild() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    let d = upload(&store, "p", "d", b"d", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let apart = Pair::new(a.id, d.id).unwrap();
    let decided = store.decide(&project("p"), vec![apart]).await.unwrap();
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    let before = images(&store).await;
    drop(store);
    Store::rebuild(folder.path(), &|_, _| {}).await.unwrap();
    let store = folder.open().await;
    assert_eq!(images(&store).await, before);
    assert_eq!(
        store.decisions(&project("p"), None, None).await.unwrap(),
        decided
    );
    assert_eq!(by_alias(&store, "f/b").await, Some(a.id));
    assert_whole(&folder, &store).await;
    store
        .restore_trashed(&project("p"), b.id)
        .await
        .unwrap()
        .unwrap();
    let names: Vec<String> = images(&store)
        .await
        .iter()
        .map(|image| image.name.to_string())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(store.image(&project("p"), c.id).await.unwrap().is_some());
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_die_with_their_images_and_their_pictures() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    let p = project("p");
    store
        .decide(&p, Pair::all(&[a.id, b.id, c.id]))
        .await
        .unwrap();
    let first = store.decisions(&p, None, Some(1)).await.unwrap();
    let again = store.decide(&p, vec![first[0].pair]).await.unwrap();
    assert_eq!(again, first, "a decision keeps its date");
    let rest = store
        .decisions(&p, Some(first[0].pair), None)
        .await
        .unwrap();
    assert_eq!(rest.len(), 2);
    assert_whole(&folder, &store).await;
    assert!(store.undecide(&p, rest[0].pair).await.unwrap());
    assert!(!store.undecide(&p, rest[0].pair).await.unwrap());
    assert_eq!(store.decided_pairs(None).await.unwrap().len(), 2);
    store.remove(&p, first[0].pair.images()[0]).await.unwrap();
    assert_whole(&folder, &store).await;
    store.decide(&p, Pair::all(&[b.id, c.id])).await.unwrap();
    upload(&store, "p", "c", b"another picture", NameClash::Replace)
        .await
        .unwrap();
    assert!(store.decided_pairs(Some(&p)).await.unwrap().is_empty());
    assert_whole(&folder, &store).await;
    let gone = store.decide(&p, Pair::all(&[a.id, b.id])).await;
    assert!(
        matches!(gone, Err(StoreError::ImageGone { .. })),
        "{gone:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_of_a_copy_holds_of_the_image_that_is_kept() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, c] = three(&store).await;
    let p = project("p");
    store.decide(&p, Pair::all(&[b.id, c.id])).await.unwrap();
    store.resolve(&p, a.id, vec![b.id]).await.unwrap();
    let inherited = store.decided_pairs(Some(&p)).await.unwrap();
    assert!(inherited.contains(&Pair::new(a.id, c.id).unwrap()));
    store.restore_trashed(&p, b.id).await.unwrap().unwrap();
    let restored = store.decided_pairs(Some(&p)).await.unwrap();
    assert!(restored.contains(&Pair::new(b.id, c.id).unwrap()));
    assert_whole(&folder, &store).await;
}

/// The process dies after each step; the next one finds all of it done, or none.
#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_that_is_cut_off_is_whole_or_nothing() {
    for steps in 0..=4 {
        let folder = Folder::new();
        let store = folder.open().await;
        let [a, b, c] = three(&store).await;
        let before = images(&store).await;
        let lock = store.lock(&project("p")).await.unwrap();
        let (owner, plan) = store
            .plan(&project("p"), a.id, &[b.id, c.id])
            .await
            .unwrap();
        let entries = plan.entries.clone();
        if steps >= 1 {
            let entries = entries.clone();
            lock.write_intent(&Intent::Discard { entries }, Vec::new())
                .await
                .unwrap();
        }
        if steps >= 2 {
            lock.discard(entries[..1].to_vec()).await.unwrap();
        }
        if steps >= 3 {
            lock.discard(entries).await.unwrap();
        }
        if steps >= 4 {
            store.commit_resolution(owner, plan).await.unwrap();
        }
        drop(lock);
        drop(store);
        let store = folder.open().await;
        let trash = store.trash(&project("p"), None, None).await.unwrap();
        let left = images(&store).await;
        match steps {
            0..=3 => assert_eq!((left, trash.len()), (before, 0), "{steps}"),
            _ => assert_eq!((left.len(), trash.len()), (1, 2), "{steps}"),
        }
        assert_whole(&folder, &store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoration_that_is_cut_off_is_whole_or_nothing() {
    for steps in 0..=4 {
        let folder = Folder::new();
        let store = folder.open().await;
        let [a, b, _] = three(&store).await;
        let before = images(&store).await;
        store
            .resolve(&project("p"), a.id, vec![b.id])
            .await
            .unwrap();
        let lock = store.lock(&project("p")).await.unwrap();
        let entry = store.entry(&project("p"), b.id).await.unwrap().unwrap();
        let place = name("f/b");
        if steps >= 1 {
            let intent = Intent::Restore {
                image: b.id.to_string(),
                name: "f/b".to_owned(),
            };
            lock.write_intent(&intent, Vec::new()).await.unwrap();
        }
        if steps >= 2 {
            lock.put_back(b.id, &place).await.unwrap();
        }
        if steps >= 3 {
            store
                .commit_restored(&project("p"), &entry, &place)
                .await
                .unwrap();
        }
        if steps >= 4 {
            lock.forget_trashed(b.id).await.unwrap();
        }
        drop(lock);
        drop(store);
        let store = folder.open().await;
        let trash = store.trash(&project("p"), None, None).await.unwrap();
        match steps {
            0..=2 => assert_eq!(trash.len(), 1, "{steps}"),
            _ => assert_eq!((images(&store).await, trash.len()), (before, 0), "{steps}"),
        }
        assert_whole(&folder, &store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_resolve_at_once_one_is_told() {
    let folder = Folder::new();
    let (one, other) = (folder.open().await, folder.open().await);
    let [a, b, c] = three(&one).await;
    let p = project("p");
    let (first, second) = tokio::join!(
        one.resolve(&p, a.id, vec![b.id, c.id]),
        other.resolve(&p, b.id, vec![a.id, c.id])
    );
    let failed = [&first, &second]
        .into_iter()
        .filter(|outcome| outcome.is_err());
    assert_eq!(failed.count(), 1, "{first:?} {second:?}");
    assert_eq!(images(&one).await.len(), 1);
    assert_whole(&folder, &one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_trash_under_an_id_is_in_the_way_of_its_image() {
    let folder = Folder::new();
    let store = folder.open().await;
    let [a, b, _] = three(&store).await;
    let before = images(&store).await;
    let strange = folder.path().join(format!("projects/p/trash/{}", b.id));
    fs::create_dir_all(&strange).unwrap();
    fs::write(strange.join("given"), b"strange").unwrap();
    let refused = store.resolve(&project("p"), a.id, vec![b.id]).await;
    assert!(matches!(refused, Err(StoreError::TrashTaken { .. })));
    assert_eq!(images(&store).await, before);
    store
        .empty_trash(&project("p"), TrashPart::One(b.id))
        .await
        .unwrap();
    store
        .resolve(&project("p"), a.id, vec![b.id])
        .await
        .unwrap();
    assert_whole(&folder, &store).await;
}
