using System.Runtime.ExceptionServices;

namespace Microsoft.ML.RevRnn;

/// <summary>A group whose ranks are threads of this process: to try what <see cref="TrainingOptions.Group"/> does, and for tests. A faster training on one machine takes
/// <see cref="TrainingOptions.ThreadCount"/> instead.</summary>
public sealed class ThreadGroup : IGradientGroup
{
    private readonly Meeting _meeting;

    private ThreadGroup(Meeting meeting, int rank) => (_meeting, Rank) = (meeting, rank);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => _meeting.Size;

    /// <summary>Does work on each rank, on a thread of its own, and returns when all have done it.</summary>
    /// <typeparam name="T">What a rank's work results in.</typeparam>
    /// <param name="size">R, 1 to 256.</param>
    /// <param name="work">The work of a rank.</param>
    /// <returns>The results of all ranks, in their order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">R is out of its range.</exception>
    /// <remarks>An exception on one rank ends those that wait for it, and is thrown when all have ended.</remarks>
    public static T[] Run<T>(int size, Func<IGradientGroup, T> work)
    {
        OptionCheck.Range(nameof(size), size, 1, 256);
        ArgumentNullException.ThrowIfNull(work);
        var meeting = new Meeting(size);
        var results = new T[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() => Work(rank)) { Name = $"RevRnn rank {rank}", IsBackground = true })];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (meeting.Failure is { } first)
            ExceptionDispatchInfo.Throw(first);
        return results;

        void Work(int rank)
        {
            try
            {
                results[rank] = work(new ThreadGroup(meeting, rank));
            }
            catch (Exception failure)
            {
                meeting.Fail(rank, failure);
            }
        }
    }

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> send, Span<byte> receive, int peer)
    {
        if (!send.IsEmpty)
            _meeting.Send(Rank, peer, send);
        if (!receive.IsEmpty)
            _meeting.Receive(peer, Rank, receive);
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        for (var rank = 0; rank < Size && Rank == root; rank++)
        {
            if (rank != root)
                _meeting.Send(root, rank, data);
        }
        if (Rank != root)
            _meeting.Receive(root, Rank, data);
    }

    /// <inheritdoc/>
    public void Barrier() => _meeting.Wait();

    /// <summary>Where the threads hand each other messages.</summary>
    private sealed class Meeting(int size)
    {
        private readonly object _lock = new();
        private readonly Dictionary<(int From, int To), Queue<byte[]>> _messages = [];
        private int _failedRank;
        private int _waiting;
        private long _barriers;

        public int Size => size;

        /// <summary>The first exception that ended a rank.</summary>
        public Exception? Failure { get; private set; }

        public void Send(int from, int to, ReadOnlySpan<byte> data)
        {
            var message = data.ToArray();
            lock (_lock)
            {
                if (!_messages.TryGetValue((from, to), out var queue))
                    _messages.Add((from, to), queue = new Queue<byte[]>());
                queue.Enqueue(message);
                Monitor.PulseAll(_lock);
            }
        }

        public void Receive(int from, int to, Span<byte> data)
        {
            byte[] message;
            lock (_lock)
            {
                Queue<byte[]>? queue;
                while (!_messages.TryGetValue((from, to), out queue) || queue.Count == 0)
                    WaitForOthers();
                message = queue.Dequeue();
            }
            if (message.Length != data.Length)
                throw new InvalidOperationException($"Rank {to} expected {data.Length} bytes of rank {from}, and got {message.Length}: the ranks do not do the same.");
            message.CopyTo(data);
        }

        public void Wait()
        {
            lock (_lock)
            {
                var barrier = _barriers;
                if (++_waiting == size)
                {
                    _waiting = 0;
                    _barriers++;
                    Monitor.PulseAll(_lock);
                }
                while (barrier == _barriers)
                    WaitForOthers();
            }
        }

        public void Fail(int rank, Exception failure)
        {
            lock (_lock)
            {
                if (Failure == null)
                    (Failure, _failedRank) = (failure, rank);
                Monitor.PulseAll(_lock);
            }
        }

        private void WaitForOthers()
        {
            if (Failure != null)
                throw new InvalidOperationException($"Rank {_failedRank} of the group has ended: {Failure.Message}", Failure);
            Monitor.Wait(_lock);
        }
    }
}
