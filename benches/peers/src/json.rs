//! Every figure for machines. Names hold nothing that JSON would have to escape.

use crate::results::{Results, Row};

pub fn write(results: &Results) -> String {
    let rows = results.rows.iter().map(row);
    let facts = results.facts.iter().map(|fact| {
        format!(r#"  {{"case":"fact","subject":"{}","value":{}}}"#, fact.name, number(Some(fact.value)))
    });
    format!("[\n{}\n]\n", rows.chain(facts).collect::<Vec<_>>().join(",\n"))
}

fn row(row: &Row) -> String {
    format!(
        r#"  {{"case":"{}","subject":"{}","median_ns":{},"min_ns":{},"ratio_to_floor":{},"allocs":{}}}"#,
        row.case,
        row.subject,
        number(Some(row.median)),
        number(Some(row.min)),
        number(row.ratio_to_floor),
        row.allocations.map_or("null".to_owned(), |count| count.to_string()),
    )
}

fn number(figure: Option<f64>) -> String {
    match figure {
        Some(figure) if figure.is_finite() => format!("{figure:.4}"),
        _ => "null".to_owned(),
    }
}
