// The county's day as it stands, with a way back to the beginning of the step.
#pragma once

#include <vector>

#include "day.hpp"

namespace gongpei {

// What is noted of each position of a vehicle's day, for a quick look at insertions.
struct Moment {
    Int early, leave, late;             // earliest start and departure, latest start
    Int load, latest_load, back;        // of its trip: earliest and latest loading, earliest return
};

struct VehicleDay {
    std::vector<std::int32_t> sequence;
    std::vector<Moment> moments;
    std::vector<Int> aboard;            // as Day::aboard
    std::vector<Int> loading;           // starts, trip by trip
    Int cost = 0, work = 0, stops = 0;
    double pull = 0;                    // fen: its fixed cost times the squared share of its hours in use

    Int length() const { return static_cast<Int>(sequence.size()); }
    Int trips() const { return static_cast<Int>(loading.size()); }
};

class State {
public:
    const Facts& f;
    Day day;                            // room for the day being counted
    std::vector<VehicleDay> days;
    std::vector<std::int32_t> vehicle;  // of each node, or NONE
    std::vector<std::int32_t> position;
    std::vector<Int> shelved;           // (shelves, dimensions)
    std::vector<Docks> docks;           // of each depot

    explicit State(const Facts& facts)
        : f(facts), day(facts), days(facts.vehicles), vehicle(facts.nodes, -1), position(facts.nodes, -1),
          shelved(facts.shelves * facts.dimensions, 0), saved_(facts.vehicles, 0), old_(facts.vehicles) {
        Int most = 0;
        for (Int k = 0; k < f.kinds; ++k) most = std::max(most, f.kind[k].depot + 1);
        docks.resize(most);
    }

    Docks& docks_of(Int v) { return docks[f.kind_of(v).depot]; }

    Int weigh(Int v, const std::vector<std::int32_t>& sequence) {
        return day.weigh(v, sequence.data(), static_cast<Int>(sequence.size()), docks_of(v));
    }

    void begin() {
        for (const Int v : touched_) saved_[v] = 0;
        touched_.clear();
        old_shelved_ = shelved;
    }

    // Make `sequence` the day of vehicle `v`; false, and nothing changed, when it breaks a rule.
    // With `loading`, its trips are loaded at these moments.
    bool put(Int v, const std::vector<std::int32_t>& sequence, const Int* loading = nullptr) {
        const Int cost = day.weigh(v, sequence.data(), static_cast<Int>(sequence.size()), docks_of(v), loading);
        if (cost == IMPOSSIBLE) return false;
        if (!saved_[v]) {
            saved_[v] = 1;
            touched_.push_back(v);
            old_[v] = days[v];
        }
        VehicleDay& own = days[v];
        leave_docks(v);
        count(own, -1);
        own.sequence = sequence;
        own.cost = cost;
        own.work = day.work;
        own.stops = static_cast<Int>(day.stops.size());
        const Kind& kind = f.kind_of(v);
        const double share = static_cast<double>(day.work) / static_cast<double>(std::max<Int>(1, kind.longest));
        own.pull = static_cast<double>(kind.fixed) * share * share;
        own.loading.clear();
        for (const TripDay& trip : day.trips) own.loading.push_back(trip.load);
        join_docks(v);
        count(own, 1);
        for (std::size_t p = 0; p < sequence.size(); ++p)
            if (sequence[p] != BREAK) {
                vehicle[sequence[p]] = static_cast<std::int32_t>(v);
                position[sequence[p]] = static_cast<std::int32_t>(p);
            }
        own.aboard.assign(day.aboard.begin(), day.aboard.begin() + sequence.size() * 3 * f.dimensions);
        own.moments.resize(sequence.size());
        if (!sequence.empty()) note_moments(v);
        return true;
    }

    void undo() {
        for (const Int v : touched_)
            for (const auto m : days[v].sequence)
                if (m != BREAK) vehicle[m] = NONE;
        for (const Int v : touched_) {
            leave_docks(v);
            count(days[v], -1);
            std::swap(days[v], old_[v]);
            count(days[v], 1);
            join_docks(v);
            const auto& sequence = days[v].sequence;
            for (std::size_t p = 0; p < sequence.size(); ++p)
                if (sequence[p] != BREAK) {
                    vehicle[sequence[p]] = static_cast<std::int32_t>(v);
                    position[sequence[p]] = static_cast<std::int32_t>(p);
                }
        }
        shelved = old_shelved_;
        begin();
    }

    bool has_shelf(Int m) const {
        const Int end = f.node[m].mate == NONE ? m : f.node[m].mate, shelf = f.node[end].shelf;
        if (shelf == NONE) return true;
        for (Int d = 0; d < f.dimensions; ++d)
            if (shelved[shelf * f.dimensions + d] + f.shelf_load(end, d) > f.shelf[shelf * f.dimensions + d]) return false;
        return true;
    }

    void shelve(Int m, Int sign) {
        const Int end = f.node[m].mate == NONE ? m : f.node[m].mate, shelf = f.node[end].shelf;
        if (shelf == NONE) return;
        for (Int d = 0; d < f.dimensions; ++d) shelved[shelf * f.dimensions + d] += sign * f.shelf_load(end, d);
    }

    // Mark a node and its mate as taken out; a local shipment is listed by its collection.
    void take(std::int32_t m, std::vector<std::int32_t>& out) {
        if (vehicle[m] == NONE) return;
        const Int mate = f.node[m].mate;
        vehicle[m] = NONE;
        if (mate != NONE) vehicle[mate] = NONE;
        const auto listed = f.node[m].is_drop ? static_cast<std::int32_t>(mate) : m;
        shelve(listed, -1);
        out.push_back(listed);
    }

    // Close the gaps that `take` left in the day of `v`; should the rest break a rule, all of it is taken out.
    void squeeze(Int v, std::vector<std::int32_t>& out) {
        rest_.clear();
        for (const auto m : days[v].sequence) {
            if (m == BREAK) {
                if (!rest_.empty() && rest_.back() != BREAK) rest_.push_back(BREAK);
            } else if (vehicle[m] != NONE) {
                rest_.push_back(m);
            }
        }
        if (!rest_.empty() && rest_.back() == BREAK) rest_.pop_back();
        if (put(v, rest_)) return;
        for (const auto m : std::vector<std::int32_t>(days[v].sequence))
            if (m != BREAK) take(m, out);
        put(v, {});
    }

    // Where the trip of position `p` begins and ends.
    std::pair<Int, Int> trip_of(Int v, Int p) const {
        const auto& sequence = days[v].sequence;
        Int begin = p, end = p + 1;
        while (begin > 0 && sequence[begin - 1] != BREAK) --begin;
        while (end < days[v].length() && sequence[end] != BREAK) ++end;
        return {begin, end};
    }

    Int cost() const { return cost_; }
    Int trips() const { return trips_; }
    Int stops() const { return stops_; }
    double pull() const { return pull_; }
    const std::vector<Int>& touched() const { return touched_; }  // vehicles changed in this step

private:
    std::vector<char> saved_;
    std::vector<Int> touched_;
    std::vector<VehicleDay> old_;
    std::vector<Int> old_shelved_;
    std::vector<std::int32_t> rest_;
    Int cost_ = 0, trips_ = 0, stops_ = 0;  // of all days
    double pull_ = 0;

    void count(const VehicleDay& own, Int sign) {
        cost_ += sign * own.cost;
        trips_ += sign * own.trips();
        stops_ += sign * own.stops;
        pull_ += static_cast<double>(sign) * own.pull;
    }

    void leave_docks(Int v) {
        for (const Int start : days[v].loading) docks_of(v).remove(start, v);
    }

    void join_docks(Int v) {
        for (const Int start : days[v].loading) docks_of(v).add(start, v);
    }

    void note_moments(Int v) {
        day.stretch(docks_of(v));
        for (const TripDay& trip : day.trips)
            for (Int i = trip.stop_from; i < trip.stop_to; ++i) {
                const Stop& stop = day.stops[i];
                const Moment moment{stop.start, stop.start + stop.service, stop.latest, trip.load, trip.latest, trip.back};
                for (Int p = stop.first; p <= stop.last; ++p) days[v].moments[p] = moment;
            }
    }
};

}  // namespace gongpei
