// A periodic plan as it is searched: facts, routes by day, and what they hold, last and cost.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../../search/kernel/random.hpp"

namespace gongpei {

// Row 0 of every table of places is the depot; `longest` -1: no limit. Option, pattern and item
// tables are ragged, given by their starts.
struct PeriodicFacts {
    Int places, days, vehicles, dimensions, near_size, longest, fixed;
    const Int *cost, *duration, *room;
    const Int *option_from, *option_day, *option_load, *option_duration;
    const Int *pattern_from, *pattern_price, *item_from, *item;
    const std::int32_t* near;
};

using Stop = std::int32_t;

struct Route {
    std::vector<Stop> stops;
    std::vector<Int> load;
    Int cost = 0, duration = 0;
};

struct Seat {
    Int route = -1, option = -1;
};

// Who is visited when, by which route, and under which pattern.
class PeriodicPlan {
public:
    explicit PeriodicPlan(const PeriodicFacts& given)
        : f(given), n(given.places), routes(given.days * given.vehicles), pattern(n, -1), seat(n * given.days) {
        for (auto& r : routes) r.load.assign(f.dimensions, 0);
    }

    void put(Int day, Int vehicle, const Int* customers, const Int* options, Int count) {
        const Int r = day * f.vehicles + vehicle;
        Route& route = routes[r];
        route.stops.clear();
        for (Int k = 0; k < count; ++k) {
            route.stops.push_back(static_cast<Stop>(customers[k]));
            seat[customers[k] * f.days + day] = {r, options[k]};
        }
        measure(r);
    }

protected:
    const PeriodicFacts f;
    const Int n;
    std::vector<Route> routes;  // by day and vehicle
    std::vector<Int> pattern;
    std::vector<Seat> seat;  // by customer and day

    Int day_of(Int r) const { return r / f.vehicles; }
    const Int* load_of(Int option) const { return f.option_load + option * f.dimensions; }

    void measure(Int r) {
        Route& route = routes[r];
        std::fill(route.load.begin(), route.load.end(), 0);
        route.cost = route.stops.empty() ? 0 : f.fixed;
        route.duration = 0;
        Int at = 0;
        for (Stop c : route.stops) {
            const Int option = seat[c * f.days + day_of(r)].option;
            for (Int k = 0; k < f.dimensions; ++k) route.load[k] += load_of(option)[k];
            route.cost += f.cost[at * n + c];
            route.duration += f.duration[at * n + c] + f.option_duration[option];
            at = c;
        }
        if (at) {
            route.cost += f.cost[at * n];
            route.duration += f.duration[at * n];
        }
    }

    double excess_load(const Route& route) const {
        double sum = 0;
        for (Int k = 0; k < f.dimensions; ++k)
            if (route.load[k] > f.room[k])
                sum += static_cast<double>(route.load[k] - f.room[k]) / static_cast<double>(std::max<Int>(1, f.room[k]));
        return sum;
    }

    Int excess_duration(const Route& route) const {
        return f.longest >= 0 && route.duration > f.longest ? route.duration - f.longest : 0;
    }

    Int whole() const {
        Int sum = 0;
        for (const auto& route : routes) sum += route.cost;
        for (Int c = 1; c < n; ++c)
            if (pattern[c] >= 0) sum += f.pattern_price[pattern[c]];
        return sum;
    }
};

}  // namespace gongpei
