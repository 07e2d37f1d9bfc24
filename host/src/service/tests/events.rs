//! What is told as it happens.

use std::cell::Cell;
use std::pin::pin;

use futures::StreamExt;

use super::*;
use crate::service::events::{Event, follow};
use crate::service::matching::{Duplicates, JudgingState, duplicates};

#[tokio::test]
async fn who_listens_hears_how_far_duplicates_have_come() {
    let world = World::new().await;
    let mut heard = pin!(follow(world.services.clone(), None));
    let judging = world.services.groups.judgings.begin(Some(&PROJECT));
    for (pairs, judged) in [(None, 0), (Some(5_000), 2_000), (Some(5_000), 4_000)] {
        if let Some(pairs) = pairs {
            judging.found(pairs);
            judging.advance(2_000);
        }
        let told = loop {
            match heard.next().await.unwrap().unwrap() {
                Event::Judging(state) => break state,
                _ => continue,
            }
        };
        let expected = JudgingState {
            project: Some(PROJECT.clone()),
            judged,
            pairs: pairs.map(|pairs| pairs as u64),
        };
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn an_answer_about_duplicates_tells_what_it_has_to_judge() {
    let world = World::new().await;
    world.give("a.png", &png(3)).await;
    world.give("b.jpg", &copy_of(3)).await;
    let services = &world.services;
    let is_answered = Cell::new(false);
    let answer = async {
        duplicates(services, Some(&PROJECT), &Duplicates::default())
            .await
            .unwrap();
        is_answered.set(true);
    };
    let watch = async {
        let mut seen = Vec::new();
        while !is_answered.get() {
            seen.extend(services.groups.judgings.states());
            tokio::task::yield_now().await;
        }
        seen
    };
    let ((), seen) = tokio::join!(answer, watch);
    assert!(seen.iter().any(|state| state.pairs == Some(1)), "{seen:?}");
    assert_eq!(services.groups.judgings.states(), [], "it is over");
}
