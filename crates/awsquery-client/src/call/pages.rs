//! Pages and their items as streams (PROTOCOL 5.1).

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use awsquery::Operation;
use awsquery::pages::{Pages, Paginated, RepeatedMarker};
use futures_core::Stream;

use crate::call::client::Call;
use crate::call::error::Error;
use crate::future::BoxFuture;

type Page<O> = Result<<O as Operation>::Output, Error<<O as Operation>::Error>>;

/// The pages of an operation, each asked for when the stream is asked for it.
///
/// It ends after an error; [`marker`](Self::marker) says where to go on then. A page that has no items is given too.
///
/// ```no_run
/// # use awsquery_client::{Client, Error};
/// # use rds_protocol::Rds;
/// # use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError};
/// # async fn f(client: Client<Rds>) -> Result<(), Error<DescribeExportTasksError>> {
/// let mut pages = client.pages(DescribeExportTasks::default().max_records(100));
/// while let Some(page) = pages.next().await {
///     println!("{} exports", page?.export_tasks.iter().flatten().count());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until the stream is"]
pub struct PageStream<O: Paginated> {
    call: Call<O>,
    pages: Pages<O>,
    stops_on_repeated_marker: bool,
    running: Option<BoxFuture<'static, Page<O>>>,
    /// The error that follows the page just returned.
    repeated: Option<RepeatedMarker>,
    has_failed: bool,
}

impl<O: Paginated> PageStream<O> {
    pub(crate) fn new(call: Call<O>) -> Self {
        let pages = Pages::new(call.operation().clone());
        Self {
            call,
            pages,
            stops_on_repeated_marker: false,
            running: None,
            repeated: None,
            has_failed: false,
        }
    }

    /// Ends quietly where the service repeats a marker, in place of an error.
    pub fn stop_on_repeated_marker(mut self) -> Self {
        self.pages = self.pages.stop_on_repeated_marker();
        self.stops_on_repeated_marker = true;
        self
    }

    /// Returns the marker of the next page, or of the page that failed. `None` at the beginning and at the end.
    pub fn marker(&self) -> Option<&str> {
        self.pages.marker()
    }

    /// The next page, for those who have no use for the trait of streams.
    pub async fn next(&mut self) -> Option<Page<O>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn ask(&self) -> Option<BoxFuture<'static, Page<O>>> {
        let call = self.call.with_operation(self.pages.next_request()?.clone());
        Some(Box::pin(async move { Ok(call.send().await?.output) }))
    }
}

/// Nothing in it is pinned where it stands.
impl<O: Paginated> Unpin for PageStream<O> {}

impl<O: Paginated> Stream for PageStream<O> {
    type Item = Page<O>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Page<O>>> {
        if let Some(repeated) = self.repeated.take() {
            self.has_failed = true;
            return Poll::Ready(Some(Err(Error::RepeatedMarker(repeated))));
        }
        if self.has_failed {
            return Poll::Ready(None);
        }
        if self.running.is_none() {
            self.running = self.ask();
        }
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        let page = ready!(running.as_mut().poll(context));
        self.running = None;
        match &page {
            Ok(output) => self.repeated = self.pages.accept(output).err(),
            Err(_) => self.has_failed = true,
        }
        Poll::Ready(Some(page))
    }
}

impl<O: Paginated> fmt::Debug for PageStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream").field("marker", &self.pages.marker()).finish_non_exhaustive()
    }
}

/// A position in an [`ItemStream`], from which another stream can go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The marker of the page that the next item is on; `None` for the first page.
    pub marker: Option<String>,
    /// The number of items of that page that were returned.
    pub taken: usize,
}

/// The items of an operation, whichever page they are on.
///
/// It ends after an error; [`position`](Self::position) says where to go on then, with no item lost and none given twice.
///
/// ```no_run
/// # use awsquery_client::{Client, Error};
/// # use rds_protocol::Rds;
/// # use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError};
/// # async fn f(client: Client<Rds>) -> Result<(), Error<DescribeExportTasksError>> {
/// let mut tasks = client.items(DescribeExportTasks::default());
/// while let Some(task) = tasks.next().await {
///     println!("{:?}", task?.export_task_identifier);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until the stream is"]
pub struct ItemStream<O: Paginated> {
    pages: PageStream<O>,
    items: vec::IntoIter<O::Item>,
    position: Position,
    /// Items to leave out of the next page.
    skip: usize,
}

impl<O: Paginated> ItemStream<O> {
    pub(crate) fn new(pages: PageStream<O>) -> Self {
        let position = Position { marker: pages.marker().map(str::to_owned), taken: 0 };
        Self { pages, items: Vec::new().into_iter(), position, skip: 0 }
    }

    /// Ends quietly where the service repeats a marker, in place of an error.
    pub fn stop_on_repeated_marker(mut self) -> Self {
        self.pages = self.pages.stop_on_repeated_marker();
        self
    }

    /// Begins where another stream of the same request has come to.
    pub fn resume(self, position: Position) -> Self {
        let mut request = self.pages.call.operation().clone();
        request.set_page_marker(position.marker.clone());
        let mut pages = PageStream::new(self.pages.call.with_operation(request));
        if self.pages.stops_on_repeated_marker {
            pages = pages.stop_on_repeated_marker();
        }
        Self { skip: position.taken, pages, items: Vec::new().into_iter(), position }
    }

    /// Returns the position of the stream.
    pub fn position(&self) -> Position {
        match self.pages.marker() {
            // The page is used up, and there is another one.
            Some(next) if self.items.as_slice().is_empty() && self.skip == 0 => {
                Position { marker: Some(next.into()), taken: 0 }
            }
            _ => self.position.clone(),
        }
    }

    /// The next item, for those who have no use for the trait of streams.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error<O::Error>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

/// Nothing in it is pinned where it stands.
impl<O: Paginated> Unpin for ItemStream<O> {}

impl<O: Paginated> Stream for ItemStream<O> {
    type Item = Result<O::Item, Error<O::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                self.position.taken += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            let marker = self.pages.marker().map(str::to_owned);
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => {
                    let mut items = O::into_items(page).into_iter();
                    let taken = std::mem::take(&mut self.skip);
                    items.by_ref().take(taken).for_each(drop);
                    self.items = items;
                    self.position = Position { marker, taken };
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<O: Paginated> fmt::Debug for ItemStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream").field("position", &self.position).finish_non_exhaustive()
    }
}
