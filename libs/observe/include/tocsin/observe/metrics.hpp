#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::observe {

/// A label value of one sample: `{"outcome", "opened"}`. Label values come from fixed sets, never from
/// tenants or URLs.
struct label {
    std::string_view name;
    std::string_view value;
};
using labels = std::initializer_list<label>;

/// The process's metrics in Prometheus' text format. Thread-safe.
class metrics {
public:
    metrics();
    ~metrics();
    metrics(metrics const&) = delete;
    metrics& operator=(metrics const&) = delete;

    /// Declares a family before its first use, with the help text that `/metrics` shows. Undeclared names
    /// throw std::logic_error when used.
    void declare_counter(std::string name, std::string help);
    void declare_gauge(std::string name, std::string help);
    /// `buckets` are upper bounds in the metric's unit (seconds for `_seconds`), ascending.
    void declare_histogram(std::string name, std::string help, std::vector<double> buckets);

    void count(std::string_view name, labels with = {}, double by = 1);
    void set(std::string_view name, double value, labels with = {});
    void observe(std::string_view name, double value, labels with = {});

    /// Called before each exposition, to set gauges from other sources. Must not block.
    void before_exposition(std::function<void()> refresh);
    std::string exposition() const;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace tocsin::observe
