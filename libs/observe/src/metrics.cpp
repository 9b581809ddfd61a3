#include <tocsin/observe/metrics.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <utility>

namespace tocsin::observe {

namespace {

template <class Kind>
struct declared {
    prometheus::Family<Kind>* family;
    std::vector<double> buckets;  ///< of a histogram
};

template <class Kind>
using families = std::map<std::string, declared<Kind>, std::less<>>;

prometheus::Labels to_prometheus(labels with) {
    prometheus::Labels converted;
    for (auto const& each : with) converted.emplace(each.name, each.value);
    return converted;
}

}  // namespace

struct metrics::impl {
    mutable std::shared_mutex mutex;  ///< for everything except the registry, which has its own locks
    prometheus::Registry registry;
    families<prometheus::Counter> counters;
    families<prometheus::Gauge> gauges;
    families<prometheus::Histogram> histograms;
    std::vector<std::function<void()>> refreshers;

    template <class Kind>
    declared<Kind> find(families<Kind> const& in, std::string_view name) const {
        std::shared_lock const lock(mutex);
        auto const found = in.find(name);
        if (found == in.end()) throw std::logic_error("undeclared metric " + std::string(name));
        return found->second;
    }

    template <class Builder, class Kind>
    void declare(
        Builder builder,
        families<Kind>& in,
        std::string name,
        std::string const& help,
        std::vector<double> buckets
    ) {
        std::unique_lock const lock(mutex);
        if (counters.contains(name) || gauges.contains(name) || histograms.contains(name)) {
            throw std::logic_error("metric " + name + " is declared twice");
        }
        auto& family = builder.Name(name).Help(help).Register(registry);
        in.emplace(std::move(name), declared<Kind>{&family, std::move(buckets)});
    }
};

metrics::metrics() : impl_(std::make_unique<impl>()) {}
metrics::~metrics() = default;

void metrics::declare_counter(std::string name, std::string help) {
    impl_->declare(prometheus::BuildCounter(), impl_->counters, std::move(name), help, {});
}

void metrics::declare_gauge(std::string name, std::string help) {
    impl_->declare(prometheus::BuildGauge(), impl_->gauges, std::move(name), help, {});
}

void metrics::declare_histogram(std::string name, std::string help, std::vector<double> buckets) {
    impl_->declare(
        prometheus::BuildHistogram(), impl_->histograms, std::move(name), help, std::move(buckets)
    );
}

void metrics::count(std::string_view name, labels with, double by) {
    impl_->find(impl_->counters, name).family->Add(to_prometheus(with)).Increment(by);
}

void metrics::set(std::string_view name, double value, labels with) {
    impl_->find(impl_->gauges, name).family->Add(to_prometheus(with)).Set(value);
}

void metrics::observe(std::string_view name, double value, labels with) {
    auto const found = impl_->find(impl_->histograms, name);
    found.family->Add(to_prometheus(with), found.buckets).Observe(value);
}

void metrics::before_exposition(std::function<void()> refresh) {
    std::unique_lock const lock(impl_->mutex);
    impl_->refreshers.push_back(std::move(refresh));
}

std::string metrics::exposition() const {
    std::vector<std::function<void()>> refreshers;
    {
        std::shared_lock const lock(impl_->mutex);
        refreshers = impl_->refreshers;
    }
    for (auto const& refresh : refreshers) refresh();
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace tocsin::observe
