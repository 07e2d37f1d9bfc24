//! Lists in pages: how many, from behind what, and where the next page is (RFC 8288).

use axum::http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiError;
use super::schemas::Limit;
use crate::domain::check_limit;

/// Which part of a list is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Most entries, 1 to 1000; all without it.
    #[param(value_type = Limit, inline, required = false, example = 100)]
    pub limit: Option<usize>,
    /// Only entries behind this one: its id, as the `Link` of the page before says.
    #[param(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    pub after: Option<String>,
}

/// A `Link` header with the next page, or none.
pub type NextLink = Option<[(header::HeaderName, HeaderValue); 1]>;

impl Page {
    /// The limit, held to its range.
    pub fn limit(&self) -> Result<Option<u64>, ApiError> {
        let limit = self.limit.map(check_limit).transpose()?;
        Ok(limit.map(|limit| limit as u64))
    }

    /// One entry more than asked for: whether it comes says whether there is a next page.
    pub fn one_more(&self) -> Result<Option<u64>, ApiError> {
        Ok(self.limit()?.map(|limit| limit + 1))
    }

    /// What the page goes on behind, read by `parse`.
    pub fn after<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        let Some(after) = self.after.as_deref().filter(|after| !after.is_empty()) else {
            return Ok(None);
        };
        let refusal = || ApiError::invalid(format!("after: {after:?} is no entry of this list"));
        parse(after).map(Some).ok_or_else(refusal)
    }

    /// Cuts the one entry more off, and says where the page behind the last entry is.
    pub fn cut<T>(
        &self,
        entries: &mut Vec<T>,
        address: &str,
        id: impl FnOnce(&T) -> String,
    ) -> Result<NextLink, ApiError> {
        let limit = self.limit.unwrap_or(usize::MAX);
        if entries.len() <= limit {
            return Ok(None);
        }
        entries.truncate(limit);
        let Some(last) = entries.last() else {
            return Ok(None);
        };
        next_link(
            address,
            &[("limit", limit.to_string()), ("after", id(last))],
        )
    }
}

/// The `Link` to the next page at an address with these parameters.
pub fn next_link(address: &str, parameters: &[(&str, String)]) -> Result<NextLink, ApiError> {
    let query = serde_urlencoded::to_string(parameters).map_err(ApiError::internal)?;
    let link = format!("<{address}?{query}>; rel=\"next\"");
    let link = HeaderValue::try_from(link).map_err(ApiError::internal)?;
    Ok(Some([(header::LINK, link)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: Option<usize>, after: &str) -> Page {
        Page {
            limit,
            after: Some(after.to_owned()),
        }
    }

    #[test]
    fn a_page_that_is_full_says_where_the_next_one_is() {
        let mut entries = vec!["a b", "c", "d"];
        let link = page(Some(2), "").cut(&mut entries, "/x", |last| (*last).to_owned());
        let [(name, value)] = link.unwrap().unwrap();
        assert_eq!(name, header::LINK);
        assert_eq!(value, "</x?limit=2&after=c>; rel=\"next\"");
        assert_eq!(entries, ["a b", "c"]);
        assert!(
            page(Some(2), "")
                .cut(&mut entries, "/x", |_| String::new())
                .unwrap()
                .is_none()
        );
        assert!(
            page(None, "")
                .cut(&mut entries, "/x", |_| String::new())
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(page(Some(0), "").limit().is_err());
        assert!(page(Some(1001), "").one_more().is_err());
        assert!(
            page(None, "x")
                .after(|text| text.parse::<u32>().ok())
                .is_err()
        );
        assert_eq!(
            page(None, "")
                .after(|text| text.parse::<u32>().ok())
                .unwrap(),
            None
        );
        assert_eq!(
            page(None, "7")
                .after(|text| text.parse::<u32>().ok())
                .unwrap(),
            Some(7)
        );
    }
}
