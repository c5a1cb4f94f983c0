using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Groups;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Decides for all ranks what clocks, tokens and files say, which could say something else on each: rank 0 looks, and the others are told, so that all go the same way. Without a
/// group this process looks whenever it is asked.
/// </summary>
/// <param name="group">The ranks; null for this one alone.</param>
internal sealed class Leader(IGradientGroup? group)
{
    private Moment _shared;

    /// <summary>The ranks; null for this one alone.</summary>
    public IGradientGroup? Group { get; } = group is { Size: > 1 } ? group : null;

    /// <summary>Whether this rank decides.</summary>
    public bool IsHere => Group is not { Rank: > 0 };

    /// <summary>Looks at clock and token.</summary>
    public Func<Moment> Look { get; set; } = () => default;

    /// <summary>What was told last; without a group, what it is now.</summary>
    public Moment Now => Group == null ? Look() : _shared;

    /// <summary>Looks, and tells all.</summary>
    public void LookAgain()
    {
        if (Group == null)
            return;
        Span<double> numbers = stackalloc double[Moment.Length];
        WriteTo(numbers);
        Group.BroadcastValues(numbers);
        Take(numbers);
    }

    /// <summary>Of rank 0 what it sees; of others nothing: for a message that all join.</summary>
    public void WriteTo(Span<double> numbers)
    {
        numbers.Clear();
        if (IsHere)
            Look().Write(numbers);
    }

    /// <summary>Takes what rank 0 wrote.</summary>
    public void Take(ReadOnlySpan<double> numbers) => _shared = Moment.Read(numbers);

    /// <summary>Rank 0's value.</summary>
    public T Decide<T>(T own)
        where T : unmanaged
    {
        if (Group == null)
            return own;
        var value = own;
        Group.BroadcastValues(new Span<T>(ref value));
        return value;
    }

    /// <summary>Compares what must be the same on all ranks with what rank 0 has.</summary>
    /// <param name="own">What this rank has; as long on each.</param>
    /// <param name="failure">Says what differs.</param>
    /// <exception cref="InvalidOperationException">It differs.</exception>
    public void RequireSame(ReadOnlySpan<byte> own, string failure)
    {
        if (Group == null)
            return;
        var first = own.ToArray();
        Group.Broadcast(first, 0);
        if (!own.SequenceEqual(first))
            throw new InvalidOperationException($"Rank {Group.Rank} of {Group.Size}: {failure}");
    }

    /// <summary>Compares a number likewise.</summary>
    public void RequireSame(ulong own, string failure) => RequireSame(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in own)), failure);
}
