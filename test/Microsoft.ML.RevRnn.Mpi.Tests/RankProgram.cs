using System.Globalization;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>What a rank of a job does: this assembly as a program.</summary>
internal static class RankProgram
{
    /// <param name="arguments">
    /// "messages" and a length; "train", a kind, a format and a checkpoint or "-"; "throw" or "exit" and a rank; or "library". Each rank prints a line of results.
    /// </param>
    public static int Main(string[] arguments)
    {
        var messageLength = arguments is ["messages", var length] ? int.Parse(length, CultureInfo.InvariantCulture) : 1 << 30;
        var group = MpiGroup.World(messageLength);
        switch (arguments)
        {
            case ["messages", _]:
                Print(group, Messages(group));
                return 0;
            case ["train", var kind, var format, var checkpoint]:
                Console.WriteLine($"process {Environment.ProcessId}");
                Print(group, RankTraining.Run(kind, Enum.Parse<GradientFormat>(format), group, checkpoint == "-" ? null : checkpoint));
                return 0;
            case ["throw", var rank]:
                if (group.Rank == int.Parse(rank, CultureInfo.InvariantCulture))
                    throw new FormatException("what that rank could not read");
                group.Barrier();
                return 0;
            case ["exit", var rank]:
                if (group.Rank == int.Parse(rank, CultureInfo.InvariantCulture))
                    return 5;
                group.Barrier();
                return 0;
            default:
                Print(group, group.Implementation);
                return 0;
        }
    }

    /// <summary>Messages of several lengths around the ring and from each root; what arrived, summed up.</summary>
    private static string Messages(IGradientGroup group)
    {
        var wrong = 0;
        foreach (var length in (int[])[0, 1, 999, 1000, 1001, 5000])
        {
            var send = Bytes(group.Rank, length);
            for (var distance = 1; distance < group.Size; distance *= 2)
            {
                var peer = group.Rank ^ distance;
                var receive = new byte[length / 2 + (group.Rank < peer ? 1 : 0)];
                // Each way has a length of its own.
                group.Exchange(send.AsSpan(0, Math.Min(length, length / 2 + (peer < group.Rank ? 1 : 0))), receive.AsSpan(0, Math.Min(length, receive.Length)), peer);
                wrong += receive.AsSpan(0, Math.Min(length, receive.Length)).SequenceEqual(Bytes(peer, length).AsSpan(0, Math.Min(length, receive.Length))) ? 0 : 1;
            }
            for (var root = 0; root < group.Size; root++)
            {
                var data = group.Rank == root ? send : new byte[length];
                group.Broadcast(data, root);
                wrong += data.AsSpan().SequenceEqual(Bytes(root, length)) ? 0 : 1;
            }
        }
        if (group.Size > 1 && group.Rank < 2)
            group.Exchange(group.Rank == 0 ? [1, 2] : [], group.Rank == 0 ? [] : new byte[2], 1 - group.Rank);
        group.Barrier();
        return $"{wrong} wrong";
    }

    private static byte[] Bytes(int rank, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 + rank * 7))];

    private static void Print(IGradientGroup group, string result)
    {
        Console.WriteLine($"rank {group.Rank} of {group.Size}: {result}");
        Console.Out.Flush();
    }
}
