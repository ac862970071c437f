//! A dashboard: the server's own numbers, sampled each second by a timer, as charts that are drawn on the server.

use std::sync::Arc;
use std::time::Duration;

use live_smol::live_std::Metrics;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::samples::{CHARTS, SHOWN, Samples, clock, short};

/// The page at `/dashboard`. It shows the metrics of the server that it is in.
#[derive(Debug)]
pub struct DashboardPage {
    metrics: Arc<Metrics>,
}

/// What one browser tab has seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Dashboard {
    clock: String,
    samples: Samples,
    paused: bool,
}

/// A second has passed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tick;

#[derive(TemplateSimple)]
#[template(path = "dashboard.stpl")]
struct Markup {
    csrf: String,
}

#[derive(TemplateSimple)]
#[template(path = "dashboard_chart.stpl")]
struct Chart<'a> {
    number: usize,
    samples: &'a Samples,
}

#[derive(TemplateSimple)]
#[template(path = "dashboard_totals.stpl")]
struct Totals<'a> {
    samples: &'a Samples,
}

impl Page for DashboardPage {
    type State = Dashboard;
    type Message = Tick;

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Dashboard>) -> Result {
        self.info(ctx, s, Tick)
    }

    fn render(&self, s: &Session<Dashboard>, view: &mut View) -> Result {
        let samples = &s.state.samples;
        view.title("Dashboard");
        view.page(|out| Markup { csrf: s.csrf_field() }.write(out));
        view.region("clock", |out| text(out, &s.state.clock));
        view.region("pause", |out| text(out, if s.state.paused { "Go on" } else { "Pause" }));
        view.region("totals", |out| Totals { samples }.write(out));
        view.regions("chart:", |number, out| Chart { number: number.parse()?, samples }.write(out));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, s: &mut Session<Dashboard>, e: &Event) -> Result {
        match e.name {
            "pause" => {
                s.state.paused = !s.state.paused;
                s.mark("pause");
            }
            "sample" => self.sample(ctx, s),
            _ => return e.unknown(),
        }
        Ok(())
    }

    /// Each tick asks for the next.
    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<Dashboard>, _: Tick) -> Result {
        s.state.clock = clock();
        s.mark("clock");
        if !s.state.paused {
            self.sample(ctx, s);
        }
        ctx.send_after(Tick, Duration::from_secs(1)).map(drop)
    }
}

impl DashboardPage {
    /// A page that shows these metrics; the server gets the same as
    /// [`Options::metrics`](live_smol::Options::metrics).
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics }
    }

    fn sample(&self, ctx: &Ctx<Self>, s: &mut Session<Dashboard>) {
        s.state.samples.add(&self.metrics.snapshot(), ctx.now().as_micros());
        s.mark("totals");
        s.mark((0..CHARTS.len()).map(|number| format!("chart:{number}")).collect::<Vec<_>>());
    }
}

fn text(out: &mut String, text: &str) -> Result {
    out.push_str(text);
    Ok(())
}
