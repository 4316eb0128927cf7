//! Time, so that it can be compared: machines change their speed while they run, and everything on them with it.
//!
//! All contestants of a case take turns, a short batch each, and a round is compared with itself: the ratio of two
//! contestants is the median of the ratios of the rounds.

use std::time::{Duration, Instant};

use crate::{Case, Contestant, Result};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often each contestant has its turn.
    pub rounds: usize,
    /// How long a turn is to take; once is the least.
    pub turn: Duration,
    /// When to have fewer rounds, but no fewer than 5.
    pub patience: Duration,
}

/// What was measured of one contestant.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The median of the times of one piece of work, in nanoseconds. Good for a feeling, not for a comparison.
    pub nanoseconds: f64,
    /// How many times as long as ours this took: the median of the rounds.
    pub times: f64,
    /// Half of the rounds lie between these.
    pub quartiles: (f64, f64),
}

/// Measures all contestants of a case, in their order.
///
/// # Errors
///
/// A contestant of another process that does not answer.
pub fn measure(case: &mut Case, effort: Effort) -> Result<Vec<Timing>> {
    let contestants = &mut case.contestants;
    let mut batches = Vec::new();
    for contestant in contestants.iter_mut() {
        batches.push(batch(contestant.as_mut(), effort.turn)?);
    }
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let start = Instant::now();
    while rounds.len() < effort.rounds && (rounds.len() < 5 || start.elapsed() < effort.patience) {
        let mut round = vec![0.0; contestants.len()];
        for place in 0..contestants.len() {
            // Nobody always comes after the same one.
            let index = (place + rounds.len()) % contestants.len();
            let time = contestants[index].repeat(batches[index])?;
            round[index] = time.as_secs_f64() * 1e9 / f64::from(batches[index]);
        }
        rounds.push(round);
    }
    Ok((0..contestants.len()).map(|index| timing(&rounds, index)).collect())
}

fn timing(rounds: &[Vec<f64>], index: usize) -> Timing {
    let times = Sorted::new(rounds.iter().map(|round| round[index] / round[0]));
    Timing {
        nanoseconds: Sorted::new(rounds.iter().map(|round| round[index])).quantile(0.5),
        times: times.quantile(0.5),
        quartiles: (times.quantile(0.25), times.quantile(0.75)),
    }
}

/// How often a contestant can do its work in one turn, found on work that also warms it up.
fn batch(contestant: &mut dyn Contestant, turn: Duration) -> Result<u32> {
    let mut times = 1;
    loop {
        let time = contestant.repeat(times)?;
        if time >= turn / 2 || times >= 1 << 24 {
            let fit = turn.as_secs_f64() / time.as_secs_f64().max(1e-9) * f64::from(times);
            return Ok(fit.clamp(1.0, f64::from(1 << 26)) as u32);
        }
        times *= 2;
    }
}

struct Sorted(Vec<f64>);

impl Sorted {
    fn new(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    fn quantile(&self, part: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
    }
}
