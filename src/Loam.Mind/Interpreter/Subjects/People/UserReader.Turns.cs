using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>What is left unsaid because the turn before said it.</summary>
internal sealed partial class UserReader
{
    /// <summary>"Student2 as well", "no, docker instead": the rest was said the turn before.
    /// </summary>
    private void GoOn()
    {
        if (said.Before.Count > 0 || clause.Question is not null || said.Session.About is not
            { Subject: PeopleSubject } about || said.Session.LastWishes.LastOrDefault()
                ?.Attributes.OfType<UserAttribute>().LastOrDefault() is not { } last)
        {
            return;
        }
        foreach (var read in _read)
        {
            var anybody = read.Users.Count + read.Names.Count > 0;
            if (!anybody && read.SaysWhat)
            {
                read.Users.AddRange(about.Names.Where(_book.Users.Contains));
            }
            if ((clause.Corrects || clause.Lexemes.Any(l => l.IsGlue("instead")
                || l.Text is "instead")) && read.Join.Count > 0 && !anybody)
            {
                read.Leave.AddRange(last.Join.Except(read.Join));
            }
            if (anybody && clause.Verb.Length == 0 && !clause.Lexemes.Any(l => l.IsGlue("not"))
                && !read.SaysWhat && !read.SaysKey
                && !read.SaysAccount && read.Hints.Count == 0)
            {
                read.Join.AddRange(last.Join);
                read.Leave.AddRange(last.Leave);
                read.Shell ??= last.Shell;
                read.Locks |= last.Locks;
                read.Removes |= last.Removes;
            }
        }
    }
}
