"""What is written in the notes of the story. Invented, and written for it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A title and what stands below it."""

    title: str
    body: str


OF_THE_THERAPIST: Mapping[str, Text] = {
    "first-session": Text(
        "First session",
        "Came on her own initiative. For about five months low mood most days, wakes at four and worries about "
        "school until the alarm, eats irregularly, has stopped running. No thoughts of death or of harming herself, "
        "now or earlier; asked directly. One similar winter at university, which passed without treatment. Lives with "
        "her partner, sister nearby, teaches science to 12-year-olds and still likes it on good days.\n"
        "PHQ-9 16, GAD-7 13.\n"
        "Agreed: weekly sessions, an activity diary, and to decide together after three weeks whether a prescriber "
        "should be asked as well.",
    ),
    "second-session": Text(
        "Activity diary",
        "Brought the diary filled in for six of seven days. Two short runs, both rated better than expected; evenings "
        "spent marking until eleven rated worst. Linked the early waking to the marking rather than to the mornings. "
        "Sleep about five hours. Plan: marking ends at nine on four evenings, one run with her sister, sleep log.",
    ),
    "third-session": Text(
        "Asking a prescriber",
        "Mood unchanged in spite of regular activity, sleep 4-5 hours, concentration worse in class. Went through "
        "what therapy alone may reach and in what time. Nora would like to try medication beside the sessions and is "
        "worried about feeling 'flattened'. Named Samuel Osei at Northside; she decides what he gets to read. Safety: "
        "no suicidal thoughts, knows whom to call.",
    ),
    "between-the-lines": Text(
        "Session two, for myself",
        "Whenever she gets near to being angry she makes a joke and looks whether I laugh. I did, twice, and felt her "
        "relax; the third time I waited and the silence was long. 'My mother would have filled that.' My own wish to "
        "reassure her was strong: is that how everybody around her responds? Hold this, do not interpret it yet.",
    ),
    "before-the-first-visit": Text(
        "Before your first appointment with Nora",
        "Nora agreed that I write to you. Moderate depression for about five months, early waking and worry in front; "
        "three weeks of behavioural activation with good effort and little change in mood. PHQ-9 16 three weeks ago. "
        "No suicidal thoughts. Never took psychiatric medication. She fears being 'flattened' and will tell you about "
        "sleep only if asked. I see her on Thursdays and can report every second week.",
    ),
    "sleep-first": Text(
        "Sleep first",
        "The second week on medication. Some nausea, gone after breakfast. Falls asleep late now, then "
        "sleeps through to five: total five and a half hours. Began taking a night-time antihistamine from the "
        "pharmacy on her own; told her that Dr. Osei should know and that I would write it down as hers. Worked on "
        "the hour before bed.",
    ),
    "something-from-the-pharmacy": Text(
        "Sleep, and something from the pharmacy",
        "Two observations since the dose went up: sleep onset about an hour later, and Nora takes diphenhydramine on "
        "most nights (entered in the list as what she told me). She is groggy in first period. Could the sertraline "
        "move to the morning? I work on stimulus control meanwhile and will not comment on the tablets.",
    ),
    "an-earlier-relationship": Text(
        "An earlier relationship",
        "Spoke for the first time about a former partner who hit her, over two years in her twenties. No contact for "
        "six years; present relationship safe, asked in detail and without her partner present. Nightmares about it "
        "twice a month, more since she sleeps longer. Does not want this to go further than this room at present. "
        "Agreed to come back to it when sleep is settled.",
    ),
    "half-term": Text(
        "Steady week",
        "Six hours of sleep on five nights. Ran three times. PHQ-9 11, GAD-7 9. Enjoyed a school trip. Rehearsed "
        "telling the head of year that she will not take over another class.",
    ),
    "session-that-was-not": Text(
        "Grading week",
        "Continued with the plan for marking. Diary complete. Sleep six hours. Next: the conversation with the head "
        "of year.",
    ),
    "what-the-tablet-says": Text(
        "What the tablet says about her",
        "'If it works, then it was chemistry all along, and what have we been doing here?' Said with a smile, and then "
        "not looking at me. Where she comes from, needing help is what other people do. I notice that I want to defend "
        "the two of us against a tablet, and that she watches whether I am hurt by it. She would like Samuel Osei to "
        "know this and does not want to say it herself.",
    ),
    "the-changed-ending": Text(
        "The changed ending, as she told it",
        "In her ending the door is already open and somebody she does not know is holding it. 'I do not need to know "
        "who.' Both of us silent for a while, not the silence of the second session. She asked to have this page, for "
        "the evenings.",
    ),
    "what-i-bring": Text(
        "What I bring to it",
        "I am looking forward to fewer sessions more than she is. Is it that she is well, or that I want to be the one "
        "who let go first? She takes escitalopram 15 mg now. Next time: wait until she names it.",
    ),
    "after-the-switch": Text(
        "Two changes at once",
        "New tablet this week and the conversation with the head of year on the same day. Sweating already less. "
        "Proud of how it went: said no, gave one reason, stopped talking. Mood 6 of 10. Next sessions every other "
        "week if this holds.",
    ),
    "nightmares": Text(
        "Nightmares",
        "Began imagery rehearsal for the recurring dream. Wrote a changed ending in session, will read it every "
        "evening. PHQ-9 6, GAD-7 5. Sleeps six and a half hours. No suicidal thoughts.",
    ),
    "what-i-see": Text(
        "Better, and one question",
        "From my side: PHQ-9 6 (was 16), sleep six and a half hours, back to running, work manageable. Nora asks how "
        "long she should stay on the tablets once well. I told her that this is a question for you and that the plan "
        "should be one we share. Nothing from me that speaks against the present dose.",
    ),
    "unfinished": Text(
        "Planning fewer sessions",
        "Review of the goals from the first session: sleep, running, work. Wants to keep the dream work. To add: "
        "what to watch for in the dark months, dates of the next two appointments",
    ),
    "theo-first": Text(
        "First session",
        "His wife died a year ago after a long illness. Describes the evenings as 'rooms with the light off'. Eats "
        "with his daughter on Sundays and little else. Sleeps three hours, then walks about. Passive thoughts that "
        "it would be all right not to wake; no plan, no intent, wants to see the ferry museum finished. Safety plan "
        "written together. Asked for a prescriber because of weight loss and sleep.",
    ),
    "theo-later": Text(
        "Volunteering",
        "Two mornings a week at the museum now. Gained two kilos. Sleeps five to six hours. No thoughts of not "
        "waking for three weeks; safety plan gone through again. Brought a photograph and spoke about her for the "
        "first time without stopping.",
    ),
}

OF_THE_PRESCRIBERS: Mapping[str, Text] = {
    "first-evaluation": Text(
        "First evaluation",
        "Major depressive episode, moderate, with anxious distress; second episode. No mania or psychosis in the "
        "history, thyroid and blood count normal. No cardiac history. Family: mother treated for "
        "depression, good response to an SSRI. Reads her own list of what she takes. Discussed options, effects of "
        "the first weeks and the fear of being flattened.\n"
        "Plan: sertraline 25 mg for a week, then 50 mg. Told to call at once with restlessness or thoughts of death. "
        "Check-in after one and two weeks.",
    ),
    "two-weeks": Text(
        "Two weeks at 50 mg",
        "Nausea passing. Sleep onset delayed: move sertraline to the morning. Takes diphenhydramine at night, seen "
        "in the list; advised to stop it (daytime grogginess, anticholinergic) and offered alternatives if sleep "
        "does not settle in two weeks. No suicidal thoughts.",
    ),
    "what-to-watch": Text(
        "Dose, and what to watch",
        "Thank you for the note on sleep, it changed what I did: sertraline moves to the morning and the "
        "antihistamine goes. Please watch for restlessness or a sudden lift in energy over the next three weeks and "
        "call me rather than write. If there is no further gain by week six I will go to 100 mg.",
    ),
    "as-needed": Text(
        "Partial response",
        "PHQ-9 11. Anxiety before parents' evenings remains. Sertraline 100 mg for two weeks, tolerated apart from "
        "sweating. Adds hydroxyzine 25 mg at night when needed, at most three times a week, for a month. ECG before "
        "the next refill.",
    ),
    "switch": Text(
        "Sweating: switch",
        "Improved, but sweats through her shirts in class and will not go on like this. ECG normal (QTc "
        "412 ms). Options: lower dose, or another SSRI. Chose escitalopram 10 mg, a direct switch from sertraline "
        "100 mg today; went through what the first two weeks may bring.",
    ),
    "going-through-the-list": Text(
        "Well at 15 mg",
        "PHQ-9 6. Sleeps. No sweating. Went through everything on the list with her: ibuprofen replaced by "
        "acetaminophen after we spoke about bleeding together with an SSRI, hydroxyzine not needed any more, "
        "melatonin on Sundays only. Plan: escitalopram 15 mg for at least six months from here, then decide together "
        "with her therapist. Next visit in eight weeks.",
    ),
    "away": Text(
        "Away for two weeks",
        "I am away from Monday for two weeks; Helen Marsh covers for me and has agreed. Nora knows and has said what "
        "Dr. Marsh may read. To your question: at least six months after she is well, and then "
        "slowly. Shall we put that into the plan when I am back?",
    ),
    "theo-evaluation": Text(
        "Evaluation",
        "Prolonged grief with a depressive episode, weight loss of seven kilos, early and middle insomnia. Passive "
        "death wish without plan; safety plan in place with his therapist. Blood pressure treated by his family "
        "doctor. Plan: mirtazapine 15 mg at night, weigh weekly, call before the weekend.",
    ),
}

NOTES: Mapping[str, Text] = {**OF_THE_THERAPIST, **OF_THE_PRESCRIBERS}

ADDENDA: Mapping[str, str] = {
    "nightmares": "Nora called this morning: the dream came once more, with the changed ending. She asked me to note "
    "it because she wants to remember the date.",
}
