//! Times that can be compared: machines change their speed while they run, and with it everything on them.
//!
//! All contestants of a case take turns, a short batch each, and a round is compared with itself: the ratio of two
//! contestants is the median of the ratios of the rounds.

use std::time::{Duration, Instant};

use crate::{Contestant, Result};

/// Measures contestants against the first of them. Returns for each the median of its nanoseconds, which gives an idea of
/// the speed, and the median of the rounds' ratios: how many times as long as the first it takes.
///
/// A turn takes some milliseconds, or one piece of work if that takes longer; after the seconds of patience no further
/// round begins, if there were 5.
///
/// # Errors
///
/// A contestant in another process that does not respond.
pub fn measure(contestants: &mut [Contestant], quick: bool) -> Result<Vec<(f64, f64)>> {
    let (most, milliseconds, patience) = if quick { (20, 1, 1) } else { (200, 3, 15) };
    let (turn, patience) = (Duration::from_millis(milliseconds), Duration::from_secs(patience));
    let batches: Result<Vec<u32>> = contestants.iter_mut().map(|it| batch(it, turn)).collect();
    let (batches, count) = (batches?, contestants.len());
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let start = Instant::now();
    while rounds.len() < most && (rounds.len() < 5 || start.elapsed() < patience) {
        let mut round = vec![0.0; count];
        for place in 0..count {
            // Another one begins each round, so that no contestant always follows the same one.
            let index = (place + rounds.len()) % count;
            let time = (contestants[index].repeat)(batches[index])?;
            round[index] = time.as_secs_f64() * 1e9 / f64::from(batches[index]);
        }
        rounds.push(round);
    }
    let of = |index: usize| {
        let times = median(rounds.iter().map(|round| round[index] / round[0]));
        (median(rounds.iter().map(|round| round[index])), times)
    };
    Ok((0..count).map(of).collect())
}

/// Finds out how often a contestant can do its work in one turn; the work warms it up as well.
fn batch(contestant: &mut Contestant, turn: Duration) -> Result<u32> {
    let mut times = 1;
    loop {
        let time = (contestant.repeat)(times)?;
        if time >= turn / 2 || times >= 1 << 24 {
            let fit = turn.as_secs_f64() / time.as_secs_f64().max(1e-9) * f64::from(times);
            return Ok(fit.clamp(1.0, f64::from(1 << 26)) as u32);
        }
        times *= 2;
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
