//! Pages: which request comes next, as a state machine without a clock or a socket (PROTOCOL 5.1).

use std::error::Error;
use std::fmt;

use crate::call::operation::Operation;
use crate::value::text::Shown;

/// An operation that answers in pages.
pub trait Paginated: Operation + Clone {
    /// What the pages are made of.
    type Item;

    /// The marker that the request carries.
    fn page_marker(&self) -> Option<&str>;

    /// Sets the marker that the request carries.
    fn set_page_marker(&mut self, marker: Option<String>);

    /// The marker that an answer carries. Absent and empty both mean the end (PAG-1).
    fn next_marker(output: &Self::Output) -> Option<&str>;

    /// Whether there is more, where the answer says so in a member of its own. `None` where it has no such member:
    /// then the marker alone decides (PAG-2).
    fn more_results(_output: &Self::Output) -> Option<bool> {
        None
    }

    /// The items of an answer.
    fn into_items(output: Self::Output) -> Vec<Self::Item>;

    /// Joins a page to the pages before it, as if the service had answered them at once: lists and texts that go over
    /// pages grow, the marker and whether there is more become the page's, and all else stays as the first page had it
    /// (PAG-5).
    fn append(whole: &mut Self::Output, page: Self::Output);
}

/// The pages of an operation, one request after the other.
///
/// ```text
/// while let Some(request) = pages.next_request() {
///     let output = /* send it, parse the answer */;
///     pages.accept(&output)?;
///     items.extend(O::into_items(output));
/// }
/// ```
///
/// Starts where the first request's own marker says, so that a listing can be resumed. An empty page with a marker is
/// not the end (PAG-4); a failed call changes nothing here, so that it can be tried again.
#[derive(Clone, Debug)]
pub struct Pages<O> {
    next: Option<O>,
    stop_on_repeated_marker: bool,
    landmark: Landmark,
}

/// One of the markers that were sent, to notice when they come round again.
///
/// A service whose markers go A, B, A, B would be read without end: comparing with the last marker alone misses that, and
/// keeping all of them takes memory that grows with the listing. Brent's way keeps one, and moves it on each time that twice
/// as many have gone by, so that it notices a circle of any length.
#[derive(Clone, Debug, Default)]
struct Landmark {
    marker: Option<String>,
    passed: u64,
    until: u64,
}

impl Landmark {
    /// Whether the marker that comes next was there before.
    fn is_passed_by(&mut self, next: &str) -> bool {
        if self.marker.as_deref() == Some(next) {
            return true;
        }
        self.passed += 1;
        if self.passed > self.until {
            *self = Self { marker: Some(next.into()), passed: 0, until: self.until.saturating_mul(2).max(1) };
        }
        false
    }
}

impl<O: Paginated> Pages<O> {
    /// Starts with this request.
    pub fn new(first: O) -> Self {
        Self { next: Some(first), stop_on_repeated_marker: false, landmark: Landmark::default() }
    }

    /// Ends quietly where a service repeats a marker, in place of an error (PAG-3).
    pub fn stop_on_repeated_marker(mut self) -> Self {
        self.stop_on_repeated_marker = true;
        self
    }

    /// The request to send now; `None` when all pages have been answered.
    pub fn next_request(&self) -> Option<&O> {
        self.next.as_ref()
    }

    /// Where to resume: the marker of the request that comes next.
    pub fn marker(&self) -> Option<&str> {
        self.next.as_ref().and_then(Paginated::page_marker)
    }

    /// Takes in the answer to the request, and moves on to the next.
    ///
    /// # Errors
    ///
    /// A marker that is the one just sent, or that comes round again: to follow it would never end. There is no next request
    /// then. A circle of several markers is noticed after about as many pages again as there were, so that some of them come
    /// twice before.
    pub fn accept(&mut self, output: &O::Output) -> Result<(), RepeatedMarker> {
        let Some(mut request) = self.next.take() else { return Ok(()) };
        let marker = O::next_marker(output).filter(|marker| !marker.is_empty());
        let Some(marker) = marker.filter(|_| O::more_results(output) != Some(false)) else { return Ok(()) };
        if request.page_marker() == Some(marker) || self.landmark.is_passed_by(marker) {
            return match self.stop_on_repeated_marker {
                true => Ok(()),
                false => Err(RepeatedMarker { marker: marker.into() }),
            };
        }
        request.set_page_marker(Some(marker.into()));
        self.next = Some(request);
        Ok(())
    }
}

/// A service answered with a marker that it was sent before (PAG-3).
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatedMarker {
    marker: String,
}

impl RepeatedMarker {
    /// The marker.
    pub fn marker(&self) -> &str {
        &self.marker
    }
}

impl fmt::Debug for RepeatedMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepeatedMarker").field("marker", &Shown(&self.marker)).finish()
    }
}

impl fmt::Display for RepeatedMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected another marker than those that were sent, found {:?} again", Shown(&self.marker))
    }
}

impl Error for RepeatedMarker {}
