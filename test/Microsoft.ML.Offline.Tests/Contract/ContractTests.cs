using System.Reflection;

namespace Microsoft.ML.Offline.Tests.Contract;

/// <summary>What the stand-in offers, ML.NET offers in the same way. (ML.NET offers much more.)</summary>
[TestClass]
public sealed class ContractTests
{
    [TestMethod]
    public void TheStandInIsTheOneComparedWithMlNet()
    {
        Assert.AreNotSame(StandIn.Assembly, typeof(MLContext).Assembly);
        Assert.AreSame(typeof(MLContext), StandIn.InMlNet("Microsoft.ML.MLContext"));
        Assert.AreNotSame(typeof(MLContext), StandIn.Assembly.GetType("Microsoft.ML.MLContext", throwOnError: true));
        Assert.IsGreaterThan(100, StandIn.PublicTypes.Count());
    }

    [TestMethod]
    public void EveryPublicTypeIsThereAndIsTheSameInMlNet()
        => AssertNone(StandIn.PublicTypes.SelectMany(type => StandIn.InMlNet(type.FullName!) switch
        {
            null => [$"{type.FullName}: ML.NET has no such type"],
            { IsVisible: false } => [$"{type.FullName}: not public in ML.NET"],
            var other => Missing(type.FullName!, Signature.OfType(type), Signature.OfType(other)),
        }));

    [TestMethod]
    public void EveryPublicMemberIsThereAndIsTheSameInMlNet()
        => AssertNone(StandIn.PublicTypes
            .Where(type => StandIn.InMlNet(type.FullName!) is { IsVisible: true })
            .SelectMany(type => Missing(type.FullName!, Lines(Signature.Visible(type)), Lines(Signature.Visible(StandIn.InMlNet(type.FullName!)!)))));

    /// <summary>Where the product reaches internals, all the public members of an internal type are within its reach.</summary>
    [TestMethod]
    public void EveryInternalThatTheProductReachesIsThereAndIsTheSame()
        => AssertNone(StandIn.ReachedInternals.SelectMany(line =>
        {
            var names = line.Split('!')[1].Split("::");
            var typeName = names[0].Replace('/', '+');
            if (StandIn.Assembly.GetType(typeName) is not { } type || StandIn.InMlNet(typeName) is not { } other)
                return [$"{line}: not a type of both"];
            var (ours, theirs) = names.Length == 1
                ? (Signature.OfType(type).Concat(Lines(Signature.Visible(type))), Signature.OfType(other).Concat(Lines(Signature.Visible(other))))
                : (Lines(Signature.Named(type, names[1])), Lines(Signature.Named(other, names[1])));
            return ours.Any() ? Missing(line, ours, theirs) : [$"{line}: the stand-in has none"];
        }));

    private static IEnumerable<string> Lines(IEnumerable<MemberInfo> members) => members.Select(Signature.Of);

    /// <summary>Ours that are not among theirs.</summary>
    private static IEnumerable<string> Missing(string of, IEnumerable<string> ours, IEnumerable<string> theirs)
    {
        var known = theirs.ToHashSet();
        return ours.Where(line => !known.Contains(line)).Select(line => $"{of}: ML.NET has no '{line}'");
    }

    private static void AssertNone(IEnumerable<string> differences)
    {
        string[] lines = [.. differences.Distinct()];
        Assert.IsEmpty(lines, $"{lines.Length} differences:\n{string.Join('\n', lines)}");
    }
}
