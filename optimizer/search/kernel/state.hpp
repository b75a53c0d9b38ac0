// The county's day as it stands, with a way back to the beginning of the step.
#pragma once

#include <vector>

#include "day.hpp"

namespace gongpei {

// What is noted of each position of a vehicle's day, for a quick look at insertions: all that such a look needs
// lies side by side.
struct Moment {
    std::int32_t early, leave, late;         // earliest start and departure, latest start
    std::int32_t load, latest_load, back;    // of its trip: earliest and latest loading, earliest return
    std::int32_t before, here, after;        // rows; the depot's before the first and after the last position of a trip
    Leg into, onto;                          // from `before` and to `after`
    std::int32_t trip;                       // its rank in the day
    char is_first, is_last;                  // on its trip
};

struct VehicleDay {
    std::vector<std::int32_t> sequence;
    std::vector<Moment> moments;
    std::vector<std::uint32_t> seen;    // of each gap: the insertion that looked at it last; (length + 1,)
    std::vector<Int> aboard;            // as Day::aboard
    std::vector<Int> spare;             // (trips, 2, dimensions): room left on leaving the depot, and on coming back
    std::vector<Int> loading;           // starts, trip by trip
    Int cost = 0, work = 0, stops = 0, pieces = 0;
    double pull = 0;                    // fen: its fixed cost times the squared share of its hours in use

    Int length() const { return static_cast<Int>(sequence.size()); }
    Int trips() const { return static_cast<Int>(loading.size()); }
};

// Where a node is: so small that those of a whole county stay close at hand.
struct Seat {
    std::int32_t vehicle = NONE, position = 0;
    std::int32_t down = 0, up = 0;  // room for more in the first dimension on leaving the depot, and on coming back
};

class State {
public:
    const Facts& f;
    Day day;                            // room for the day being counted
    std::vector<VehicleDay> days;
    std::vector<Seat> seat;             // of each node
    std::vector<Int> shelved;           // (shelves, dimensions)
    std::vector<Docks> docks;           // of each depot
    std::vector<std::int32_t> busy;     // vehicles with trips, in no order
    std::vector<std::vector<std::int32_t>> idle;  // vehicles without, of each group

    explicit State(const Facts& facts)
        : f(facts), day(facts), days(facts.vehicles), seat(facts.nodes),
          shelved(facts.shelves * facts.dimensions, 0), idle(facts.groups), rank_(facts.vehicles, 0),
          saved_(facts.vehicles, 0), old_(facts.vehicles) {
        Int most = 0;
        for (Int k = 0; k < f.kinds; ++k) most = std::max(most, f.kind[k].depot + 1);
        docks.resize(most);
        for (Int v = f.vehicles - 1; v >= 0; --v) enlist(v, idle[f.vehicle[v].group]);
    }

    Docks& docks_of(Int v) { return docks[f.kind_of(v).depot]; }

    Int weigh(Int v, const std::vector<std::int32_t>& sequence) {
        return day.weigh(v, sequence.data(), static_cast<Int>(sequence.size()), docks_of(v));
    }

    void begin() {
        for (const Int v : touched_) saved_[v] = 0;
        touched_.clear();
        shelvings_.clear();
    }

    // Make `sequence` the day of vehicle `v`; false, and nothing changed, when it breaks a rule.
    // With `loading`, its trips are loaded at these moments.
    bool put(Int v, const std::vector<std::int32_t>& sequence, const Int* loading = nullptr) {
        const Int cost = day.weigh(v, sequence.data(), static_cast<Int>(sequence.size()), docks_of(v), loading);
        if (cost == IMPOSSIBLE) return false;
        put_weighed(v, sequence, cost);
        return true;
    }

    // The same, for a day just weighed that costs so much.
    void put_weighed(Int v, const std::vector<std::int32_t>& sequence, Int cost) {
        if (!saved_[v]) {
            saved_[v] = 1;
            touched_.push_back(v);
            old_[v] = days[v];
        }
        VehicleDay& own = days[v];
        leave_docks(v);
        leave_list(v);
        count(own, -1);
        own.sequence = sequence;
        own.cost = cost;
        own.work = day.work;
        own.stops = static_cast<Int>(day.stops.size());
        own.pieces = day.pieces;
        const Kind& kind = f.kind_of(v);
        const double share = static_cast<double>(day.work) / static_cast<double>(std::max<Int>(1, kind.longest));
        own.pull = static_cast<double>(kind.fixed) * share * share;
        own.loading.clear();
        for (const TripDay& trip : day.trips) own.loading.push_back(trip.load);
        join_docks(v);
        join_list(v);
        count(own, 1);
        own.aboard.assign(day.aboard.begin(), day.aboard.begin() + sequence.size() * 3 * f.dimensions);
        own.moments.resize(sequence.size());
        own.seen.assign(sequence.size() + 1, 0);
        if (!sequence.empty()) note_moments(v);
        take_seats(v);
    }

    void undo() {
        for (const Int v : touched_)
            for (const auto m : days[v].sequence)
                if (m != BREAK) seat[m].vehicle = NONE;
        for (const Int v : touched_) {
            leave_docks(v);
            leave_list(v);
            count(days[v], -1);
            std::swap(days[v], old_[v]);
            count(days[v], 1);
            join_list(v);
            join_docks(v);
            take_seats(v);
        }
        for (const auto& [m, sign] : shelvings_) fill_shelf(m, -sign);
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
        if (f.shelves == 0) return;
        shelvings_.emplace_back(m, sign);
        fill_shelf(m, sign);
    }

    // Mark a node and its mate as taken out; a local shipment is listed by its collection.
    void take(std::int32_t m, std::vector<std::int32_t>& out) {
        if (seat[m].vehicle == NONE) return;
        const Int mate = f.node[m].mate;
        seat[m].vehicle = NONE;
        if (mate != NONE) seat[mate].vehicle = NONE;
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
            } else if (seat[m].vehicle != NONE) {
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
    std::vector<std::int32_t> rank_;    // of each vehicle in `busy` or in its list of idle ones
    std::vector<char> saved_;
    std::vector<Int> touched_;
    std::vector<VehicleDay> old_;
    std::vector<std::pair<Int, Int>> shelvings_;  // (node, sign) of this step
    std::vector<std::int32_t> rest_;
    Int cost_ = 0, trips_ = 0, stops_ = 0;  // of all days
    double pull_ = 0;

    void count(const VehicleDay& own, Int sign) {
        cost_ += sign * own.cost;
        trips_ += sign * own.trips();
        stops_ += sign * own.stops;
        pull_ += static_cast<double>(sign) * own.pull;
    }

    void fill_shelf(Int m, Int sign) {
        const Int end = f.node[m].mate == NONE ? m : f.node[m].mate, shelf = f.node[end].shelf;
        if (shelf == NONE) return;
        for (Int d = 0; d < f.dimensions; ++d) shelved[shelf * f.dimensions + d] += sign * f.shelf_load(end, d);
    }

    std::vector<std::int32_t>& list_of(Int v) { return days[v].trips() ? busy : idle[f.vehicle[v].group]; }

    void enlist(Int v, std::vector<std::int32_t>& list) {
        rank_[v] = static_cast<std::int32_t>(list.size());
        list.push_back(static_cast<std::int32_t>(v));
    }

    void join_list(Int v) { enlist(v, list_of(v)); }

    void leave_list(Int v) {
        auto& list = list_of(v);
        const auto last = list.back();
        list[rank_[v]] = last;
        rank_[last] = rank_[v];
        list.pop_back();
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
                const Moment moment{small(stop.start), small(stop.start + stop.service), small(stop.latest),
                                    small(trip.load), small(trip.latest), small(trip.back), 0, 0, 0, {}, {}, 0, 0, 0};
                for (Int p = stop.first; p <= stop.last; ++p) days[v].moments[p] = moment;
            }
        days[v].spare.clear();
        for (std::size_t t = 0; t < day.trips.size(); ++t) {
            const Int begin = day.trips[t].begin, end = day.trips[t].end;
            note_rows(v, begin, end, static_cast<std::int32_t>(t));
            for (Int d = 0; d < f.dimensions; ++d) days[v].spare.push_back(f.room_of(v, d) - day.cell(begin, 0, d));
            for (Int d = 0; d < f.dimensions; ++d) days[v].spare.push_back(f.room_of(v, d) - day.cell(end - 1, 2, d));
        }
    }

    static std::int32_t small(Int number) {
        return static_cast<std::int32_t>(std::min<Int>(number, std::numeric_limits<std::int32_t>::max()));
    }

    void take_seats(Int v) {
        const VehicleDay& own = days[v];
        for (Int p = 0; p < own.length(); ++p) {
            if (own.sequence[p] == BREAK) continue;
            const Int* spare = own.spare.data() + own.moments[p].trip * 2 * f.dimensions;
            seat[own.sequence[p]] = {small(v), small(p), small(spare[0]), small(spare[f.dimensions])};
        }
    }

    void note_rows(Int v, Int begin, Int end, std::int32_t trip) {
        const Kind& kind = f.kind_of(v);
        VehicleDay& own = days[v];
        const auto end_row = small(kind.end_row);
        auto before = small(kind.depot_row);
        for (Int p = begin; p < end; ++p) {
            Moment& now = own.moments[p];
            now.trip = trip;
            now.is_first = p == begin;
            now.is_last = p + 1 == end;
            now.before = before;
            now.here = before = small(f.node[own.sequence[p]].row);
            now.after = now.is_last ? end_row : small(f.node[own.sequence[p + 1]].row);
            now.into = now.is_first ? f.leg(kind, now.before, now.here) : own.moments[p - 1].onto;
            now.onto = f.leg(kind, now.here, now.after);
        }
    }
};

}  // namespace gongpei
