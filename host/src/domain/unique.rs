//! Numbers that are given out once and sort by time.

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::{NoContext, Timestamp, Uuid};

/// A number that nobody else has; later than those before it, as long as the machine's clock goes forward.
pub fn unique() -> Uuid {
    at(SystemTime::now())
}

/// A clock that says a time before 1970 counts as if it said 1970.
fn at(now: SystemTime) -> Uuid {
    match now < UNIX_EPOCH {
        true => Uuid::new_v7(Timestamp::from_unix(NoContext, 0, 0)),
        false => Uuid::now_v7(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_before_1970_gives_numbers_too() {
        let then = UNIX_EPOCH - Duration::from_secs(1);
        assert_ne!(at(then), at(then));
        assert!(at(then) < at(SystemTime::now()));
    }
}
