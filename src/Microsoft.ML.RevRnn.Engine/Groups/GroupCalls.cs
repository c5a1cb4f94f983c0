using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Groups;

/// <summary>What is made of a group's calls.</summary>
internal static class GroupCalls
{
    /// <summary>Floats of one message: far below what a span or an MPI count can say.</summary>
    private const int MessageLength = 1 << 26;

    /// <summary>Rank 0's values, on all ranks.</summary>
    public static void BroadcastValues<T>(this IGradientGroup group, Span<T> values)
        where T : unmanaged
    {
        for (var begin = 0; begin < values.Length; begin += MessageLength)
            group.Broadcast(MemoryMarshal.AsBytes(values.Slice(begin, Math.Min(MessageLength, values.Length - begin))), 0);
    }

    /// <summary>Exchanges values, message by message. Both ranks count as many messages, for what one sends is as long as what the other receives.</summary>
    public static void ExchangeValues<T>(this IGradientGroup group, ReadOnlySpan<T> send, Span<T> receive, int peer)
        where T : unmanaged
    {
        for (var begin = 0; begin < Math.Max(send.Length, receive.Length); begin += MessageLength)
            group.Exchange(MemoryMarshal.AsBytes(Part(send, begin)), MemoryMarshal.AsBytes(receive[Range(receive.Length, begin)]), peer);
    }

    /// <summary>
    /// Joins tables of which each rank has filled in entries of its own and left the others zero. One addend of each sum is not zero at the most, so that no order of
    /// adding changes a bit.
    /// </summary>
    public static void Join(this IGradientGroup group, Span<double> table, Span<double> inbox)
    {
        inbox = inbox[..table.Length];
        if (BitOperations.IsPow2(group.Size))
        {
            for (var distance = 1; distance < group.Size; distance *= 2)
            {
                group.ExchangeValues(table, inbox, group.Rank ^ distance);
                TensorPrimitives.Add(table, inbox, table);
            }
            return;
        }
        for (var rank = 1; rank < group.Size; rank++)
        {
            if (group.Rank == rank)
                group.ExchangeValues(table, Span<double>.Empty, 0);
            if (group.Rank != 0)
                continue;
            group.ExchangeValues(ReadOnlySpan<double>.Empty, inbox, rank);
            TensorPrimitives.Add(table, inbox, table);
        }
        group.BroadcastValues(table);
    }

    /// <summary>Brings what one rank writes to all: that rank writes, and the others read.</summary>
    public static void Share(this IGradientGroup group, int root, Action<BinaryWriter> write, Action<BinaryReader> read)
    {
        using var written = new MemoryStream();
        if (group.Rank == root)
        {
            using var writer = new BinaryWriter(written, System.Text.Encoding.UTF8, leaveOpen: true);
            write(writer);
        }
        Span<int> length = [(int)written.Length];
        group.Broadcast(MemoryMarshal.AsBytes(length), root);
        var content = group.Rank == root ? written.ToArray() : new byte[length[0]];
        group.Broadcast(content, root);
        if (group.Rank == root)
            return;
        using var reader = new BinaryReader(new MemoryStream(content));
        read(reader);
    }

    private static ReadOnlySpan<T> Part<T>(ReadOnlySpan<T> values, int begin) => values[Range(values.Length, begin)];

    private static Range Range(int length, int begin) => Math.Min(begin, length)..(int)Math.Min((long)begin + MessageLength, length);
}
