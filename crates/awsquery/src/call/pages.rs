//! Pages: a state machine that returns the next request, without a clock or a socket.

use std::error::Error;
use std::fmt;

use crate::call::operation::Operation;
use crate::value::text::Shown;

/// An operation with paginated results.
pub trait Paginated: Operation + Clone {
    /// The type of the items on a page.
    type Item;

    /// Returns the marker of the request.
    fn page_marker(&self) -> Option<&str>;

    /// Sets the marker of the request.
    fn set_page_marker(&mut self, marker: Option<String>);

    /// Returns the marker of an output. Absent and empty both mean the last page (PAG-1).
    fn next_marker(output: &Self::Output) -> Option<&str>;

    /// Returns true if there are more pages, for outputs with a member that says so. `None` for all others: then the
    /// marker alone decides (PAG-2).
    fn more_results(_output: &Self::Output) -> Option<bool> {
        None
    }

    /// Returns the items of an output.
    fn into_items(output: Self::Output) -> Vec<Self::Item>;

    /// Appends a page to the pages before it, as if the service had returned them at once (PAG-5). Lists and texts that
    /// span pages grow. The marker and the member for more results come from the new page. All other members keep the
    /// first page's values.
    fn append(whole: &mut Self::Output, page: Self::Output);
}

/// The pages of an operation, one request after the other.
///
/// ```text
/// while let Some(request) = pages.next_request() {
///     let output = /* send it, parse the response */;
///     pages.accept(&output)?;
///     items.extend(O::into_items(output));
/// }
/// ```
///
/// Starts at the first request's own marker, so a listing can be resumed. An empty page with a marker is not the last
/// page (PAG-4). A failed call changes nothing here, so it can be retried.
#[derive(Clone, Debug)]
pub struct Pages<O> {
    next: Option<O>,
    stop_on_repeated_marker: bool,
    landmark: Landmark,
}

/// One of the markers sent, for detecting a cycle.
///
/// Comparing with the last marker alone misses a cycle such as A, B, A, B. Keeping all markers takes memory that grows
/// with the listing. Brent's algorithm keeps one marker and replaces it at intervals that double, which detects cycles
/// of any length.
#[derive(Clone, Debug, Default)]
struct Landmark {
    marker: Option<String>,
    passed: u64,
    until: u64,
}

impl Landmark {
    /// Returns true if the next marker was sent before.
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

    /// Ends without an error if a service repeats a marker (PAG-3).
    pub fn stop_on_repeated_marker(mut self) -> Self {
        self.stop_on_repeated_marker = true;
        self
    }

    /// Returns the request to send now; `None` after the last page.
    pub fn next_request(&self) -> Option<&O> {
        self.next.as_ref()
    }

    /// Returns the marker of the next request, from which a listing can resume.
    pub fn marker(&self) -> Option<&str> {
        self.next.as_ref().and_then(Paginated::page_marker)
    }

    /// Accepts the output of the request and advances to the next request.
    ///
    /// # Errors
    ///
    /// Fails if the marker was sent before, since following it would never end. No next request remains. A cycle of
    /// several markers is detected only after about twice as many pages, so some pages come twice.
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

/// The error of a service that returns a marker it was sent before (PAG-3).
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatedMarker {
    marker: String,
}

impl RepeatedMarker {
    /// Returns the repeated marker.
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
